import assert from 'node:assert/strict';
import test from 'node:test';

import { EventParser, backoff, jittered, retryAfter } from '../../src/page/web/stream.js';

const STREAM = ': hello\n\ndata: {"a":1}\r\n\r\nevent: state\rid: 3\rdata:two\rdata: lines\r\rdata\n\nretry: 5\n\n';
const EVENTS = ['{"a":1}', 'two\nlines', ''];

test('events are the same in pieces of any size', () => {
  for (let size = 1; size <= STREAM.length; size += 1) {
    const parser = new EventParser();
    const events = [];
    for (let at = 0; at < STREAM.length; at += size) events.push(...parser.push(STREAM.slice(at, at + size)));
    assert.deepEqual(events, EVENTS, `pieces of ${size}`);
  }
});

test('an endless event is refused', () => {
  const parser = new EventParser();
  assert.throws(() => {
    for (let n = 0; n < 100; n += 1) parser.push(`data: ${'x'.repeat(10000)}\n`);
  });
  assert.throws(() => new EventParser().push('x'.repeat(300000)));
});

test('failures make the waits longer, up to a minute', () => {
  assert.equal(backoff(1, 0), 2);
  assert.equal(backoff(2, 0), 4);
  assert.equal(backoff(100, 0), 60);
  assert.ok(backoff(5, 1) < backoff(5, 0));
  assert.ok(jittered(10, 0) >= 9 && jittered(10, 1) <= 11);
});

test('a server may ask to wait', () => {
  const now = Date.UTC(2026, 0, 1);
  assert.equal(retryAfter('30', now), 30);
  assert.equal(retryAfter(new Date(now + 5000).toUTCString(), now), 5);
  assert.equal(retryAfter('99999999', now), 600);
  for (const header of [null, 'soon', '', '-3']) assert.equal(retryAfter(header, now), 0);
});
