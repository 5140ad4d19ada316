// The page's settings, and the words of the compiled core, for the tests.

import { readFile } from 'node:fs/promises';

import { Heart } from '../../src/page/web/heart.js';

const heart = await Heart.start(await readFile(new URL('../../src/page/web/heart.wasm', import.meta.url)));

export const baked = {
  title: null,
  statusUrls: [],
  pollS: 15,
  staleS: 90,
  theme: 'phosphor',
  seed: 7,
  bpm: 75,
  hrv: 1,
  rate: 4,
  pool: 3,
  sound: false,
  themes: ['phosphor', 'amber'].map((name) => ({ name })),
  glitches: ['flatline', 'double-beat', 'motion'].map((name) => ({ name, caption: '', alarm: 'high', stars: '***' })),
  verdicts: [
    { word: 'failed', alarm: 'high', stars: '***' },
    { word: 'flaky', alarm: 'medium', stars: '**' },
    { word: 'running', alarm: null, stars: '' },
    { word: 'unknown', alarm: 'technical', stars: '*' },
    { word: 'stopped', alarm: null, stars: '' },
    { word: 'passed', alarm: null, stars: '' },
  ],
};

export const tools = {
  verdict: (word) => baked.verdicts[heart.verdict(word)]?.word ?? null,
  badgeVerdict: (message, colour, isError) => baked.verdicts[heart.badgeVerdict(message, colour, isError)].word,
  sanitized: (text) => heart.sanitized(text),
};
