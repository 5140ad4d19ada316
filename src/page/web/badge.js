// The verdict in the message of a shields badge. Pure. `crates/ci/src/endpoint.rs` does the same.

/** The verdicts, worst first. */
const GRAVEST = ['failed', 'flaky', 'running', 'stopped', 'passed'];
const ZERO = /^(0+|no|none|zero|without|never)$/;
const NUMBER = /^\d+$/;

/**
 * The gravest of the words of a verdict in `message`. Counts of zero do not count ("0 failed"); a "not"
 * before a word leaves everything open.
 * @param {string} message
 * @param {boolean} isError
 * @param {(word: string) => string | null} verdictOf
 * @returns {{verdict: string, rate: number | null}}
 */
export function badgeVerdict(message, isError, verdictOf) {
  const words = message.toLowerCase().split(/[^\p{L}\p{N}_]+/u).filter(Boolean);
  const isCount = (/** @type {string} */ word) => NUMBER.test(word) || ZERO.test(word);
  const countsFirst = words.length === 0 || isCount(words[0]);
  const isNone = (/** @type {number} */ at) => {
    if (!countsFirst) return ZERO.test(words[at + 1] ?? '');
    const count = words.slice(Math.max(0, at - 2), at).reverse().find(isCount);
    return count !== undefined && ZERO.test(count);
  };
  let gravest = GRAVEST.length;
  for (const [at, word] of words.entries()) {
    const verdict = verdictOf(word) ?? (word.endsWith('s') ? verdictOf(word.slice(0, -1)) : null);
    if (!verdict || isNone(at)) continue;
    if (words[at - 1] === 'not') return { verdict: 'unknown', rate: null };
    if (GRAVEST.includes(verdict)) gravest = Math.min(gravest, GRAVEST.indexOf(verdict));
  }
  const verdict = GRAVEST[gravest] ?? 'unknown';
  if (verdict === 'passed' && isError) return { verdict: 'unknown', rate: null };
  const percent = /(\d{1,3}(?:\.\d+)?)\s?%/.exec(message);
  const rate = verdict === 'flaky' && percent ? Math.min(1, Number(percent[1]) / 100) : null;
  return { verdict, rate };
}
