import assert from 'node:assert/strict';
import test from 'node:test';

import { overridden } from '../../src/page/web/settings.js';
import { baked } from './fixtures.js';

test('the address overrides what was baked in', () => {
  const query = '?seed=4294967295&bpm=62.5&rate=0&theme=amber&glitch=motion,flatline&status=failed&sound=on';
  const settings = overridden(baked, query);
  assert.equal(settings.seed, 4294967295);
  assert.equal(settings.bpm, 62.5);
  assert.equal(settings.rate, 0);
  assert.equal(settings.theme, 'amber');
  assert.equal(settings.pool, 5);
  assert.equal(settings.verdicts[settings.status].word, 'failed');
  assert.equal(settings.sound, true);
});

test('what is invalid or unknown is ignored', () => {
  const hostile = [
    'seed=-1', 'seed=1.5', 'seed=4294967296', 'seed=1e3', 'seed=0x10', 'bpm=29', 'bpm=181', 'bpm=', 'bpm=NaN',
    'rate=61', 'rate=Infinity', 'theme=none', 'theme=__proto__', 'theme=%3Cscript%3E', 'glitch=motion,',
    'glitch=all,motion', 'glitch=', 'status=', 'status=great', 'status=0', 'sound=loud', 'title=mine', '%', '&&==',
  ];
  for (const query of hostile) {
    assert.deepEqual(overridden(baked, `?${query}`), { ...baked, status: null }, query);
  }
});

test('a pool is all, none, or names', () => {
  for (const [pool, bits] of [['all', 7], ['none', 0], ['motion', 4]]) {
    assert.equal(overridden(baked, `?glitch=${pool}`).pool, bits);
  }
});
