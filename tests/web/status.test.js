import assert from 'node:assert/strict';
import test from 'node:test';

import { statusOf } from '../../src/page/web/status.js';
import { tools } from './fixtures.js';

const read = (json) => statusOf(JSON.stringify(json), 'ci.example', tools);

test('the JSON of flaky status', () => {
  const status = read({
    verdict: 'flaky', reason: '2 of 40 tests', rate: 0.05, flaky: 2, n: 40, of: 'tests', evidence: ['a', 'b', 'c'],
    details: [], before: null, provider: 'gitlab', subject: 'group/project', ref: 'main', since: '2026-01-02T03:04:05Z',
  });
  assert.equal(status.verdict, 'flaky');
  assert.equal(status.rate, 0.05);
  assert.deepEqual(status.evidence, ['a', 'b']);
  assert.equal(status.subject, 'group/project');
  assert.equal(status.since, Date.UTC(2026, 0, 2, 3, 4, 5));
});

test('a stale state is unknown', () => {
  const status = read({ verdict: 'passed', stale: true });
  assert.equal(status.verdict, 'unknown');
  assert.notEqual(status.reason, '');
});

test('the JSON of a shields badge', () => {
  for (const [message, verdict] of [
    ['passing', 'passed'], ['12 tests passed, 0 failed', 'passed'], ['passed: 12, failed: 1', 'failed'],
    ['failed: 0, passed: 3', 'passed'], ['not passed', 'unknown'], ['97%', 'unknown'], ['flaky 7%', 'flaky'],
    ['3 errors', 'failed'], ['', 'unknown'], ['80 passed, 3 skipped', 'passed'], ['8/10 passed', 'failed'],
    ['✔ 80 | ✘ 2', 'failed'],
  ]) {
    assert.equal(read({ schemaVersion: 1, label: 'build', message }).verdict, verdict, message);
  }
  assert.equal(read({ schemaVersion: 1, label: 'build', message: 'flaky 7%' }).rate, 0.07);
  const counted = read({ schemaVersion: 1, label: 'build', message: 'flaky 1/20' });
  assert.deepEqual([counted.rate, counted.counts], [0.05, '1/20']);
  assert.equal(read({ verdict: 'flaky', rate: 0.05, flaky: 1, n: 20 }).counts, '1/20');
  assert.equal(read({ schemaVersion: 1, label: 'build', message: 'passing', isError: true }).verdict, 'unknown');
  for (const [color, verdict] of [['success', 'passed'], ['#e05d44', 'failed'], ['blue', 'unknown'], [7, 'unknown']]) {
    assert.equal(read({ schemaVersion: 1, label: 'coverage', message: '87 %', color }).verdict, verdict, color);
  }
});

const run = (status, sha, minute = 0) => ({
  status, sha, ref: 'main', updated_at: `2026-01-02T03:${String(minute).padStart(2, '0')}:00Z`,
  web_url: 'https://gitlab.example/group/project/-/pipelines/1',
});

test('the newest pipeline with an outcome decides', () => {
  const status = read([run('canceled', 'c'), run('failed', 'b', 5), run('failed', 'a', 3), run('success', '0', 1)]);
  assert.equal(status.verdict, 'failed');
  assert.equal(status.subject, 'group/project');
  assert.equal(status.since, Date.UTC(2026, 0, 2, 3, 3));
});

test('a commit that failed and passed is flaky', () => {
  const status = read([run('success', 'b'), run('failed', 'b'), run('success', 'a'), run('failed', 'c')]);
  assert.equal(status.verdict, 'flaky');
  assert.equal(status.rate, 1 / 3);
});

test('a running pipeline has the outcome before it', () => {
  const status = read([run('running', 'b'), run('failed', 'a')]);
  assert.equal(status.verdict, 'running');
  assert.equal(status.before, 'failed');
  assert.equal(read([run('pending', 'a')]).before, null);
});

test('pipelines without an outcome', () => {
  assert.equal(read([]).verdict, 'unknown');
  assert.equal(read([run('canceled', 'a')]).verdict, 'stopped');
  assert.equal(read(run('success', 'a')).verdict, 'passed');
  assert.equal(read([run('great', 'a')]).verdict, 'unknown');
});

test('what cannot be read is unknown, with the reason', () => {
  const bodies = [
    '', 'null', '7', '"passed"', '{}', '[]x', '[1]', '[null]', '{"verdict":7}', '{"verdict":"great"}', '<!doctype html>',
    '{"schemaVersion":1}', '{"status":{}}', '[{"status":[]}]', '\u0000',
  ];
  for (const body of bodies) {
    const status = statusOf(body, 'ci.example', tools);
    assert.equal(status.verdict, 'unknown', body);
    assert.match(status.reason, /ci\.example/, body);
  }
});

test('foreign values of a wrong kind are left out', () => {
  const status = read({
    verdict: 'passed', reason: { a: 1 }, rate: 'high', evidence: 'x', before: 3, subject: ['a'], ref: 1, since: 'soon',
  });
  assert.deepEqual(status, {
    verdict: 'passed', before: null, rate: null, counts: '', reason: '', evidence: [], subject: '', ref: '', since: null,
  });
});

test('foreign texts are cleaned and shortened', () => {
  const status = read({ verdict: 'failed', reason: 'x'.repeat(5000), subject: 'a\u202eb' });
  assert.ok(status.reason.length <= 160);
  assert.equal(status.subject, 'a\ufffdb');
});
