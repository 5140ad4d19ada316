import assert from 'node:assert/strict';
import test from 'node:test';

import { plain } from '../../src/page/web/status.js';
import { percent, sinceWords, wordOf } from '../../src/page/web/words.js';

test('percentages are those of flaky status', () => {
  const shown = [0, 0.0001, 0.001, 0.07, 0.0734, 0.0994, 0.12, 1].map(percent);
  assert.deepEqual(shown, ['0%', '<0.1%', '0.1%', '7%', '7.3%', '9.9%', '12%', '100%']);
  assert.equal(wordOf({ ...plain('flaky'), rate: 0.07 }), 'FLAKY 7%');
  assert.equal(wordOf({ ...plain('flaky'), rate: 0.05, counts: '1/20' }), 'FLAKY 1/20');
  assert.equal(wordOf({ ...plain('failed'), rate: 0.07 }), 'FAILED');
});

test('since when', () => {
  const now = new Date(2026, 0, 2, 15, 30).getTime();
  const minutes = (count) => sinceWords(now - 60000 * count, now, true, 'en-GB').replaceAll('\u00a0', ' ');
  assert.equal(minutes(0), 'since 15:30');
  assert.equal(minutes(5), 'since 15:25, for 5 min');
  assert.equal(minutes(200), 'since 12:10, for 3 h');
  assert.match(minutes(60 * 24 * 3), /^since 30 Dec,? (at )?15:30, for 3 days$/);
  assert.equal(sinceWords(now, now, false, 'en-GB'), 'since 15:30 or earlier');
});
