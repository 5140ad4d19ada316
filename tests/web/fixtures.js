// What the page's settings and the core's words look like, for the tests.

const WORDS = new Map([
  ['passed', ['passed', 'passing', 'success']],
  ['failed', ['failed', 'failing', 'failure', 'error']],
  ['flaky', ['flaky']],
  ['running', ['running', 'pending']],
  ['stopped', ['stopped', 'canceled', 'skipped']],
  ['unknown', ['unknown']],
]);

/** A few of the words that the core knows. */
export function verdictOf(word) {
  const entry = [...WORDS].find(([, words]) => words.includes(word.toLowerCase()));
  return entry ? entry[0] : null;
}

export const tools = { verdict: verdictOf, sanitized: (text) => text.replaceAll('\u202e', '\ufffd') };

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
  glitch: 'flatline,double-beat',
  sound: false,
  themes: ['phosphor', 'amber'].map((name) => ({ name })),
  glitches: ['flatline', 'double-beat', 'motion'].map((name) => ({ name, caption: '', alarm: 'high', stars: '***' })),
  verdicts: ['unknown', 'stopped', 'running', 'passed', 'failed', 'flaky'],
};
