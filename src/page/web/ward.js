// The order and the grid of several leads. Pure.

/** The least height and width of a lead, in CSS pixels. */
const LEAST = { width: 320, height: 110 };
/** The width of a lead in heights at which it looks best. */
const SHAPE = 4;
/**
 * @param {number} count of leads
 * @param {number} width of the window in CSS pixels
 * @param {number} height
 * @returns {{columns: number, rows: number, shown: number}}
 */
export function grid(count, width, height) {
  const most = {
    columns: Math.max(1, Math.floor(width / LEAST.width)),
    rows: Math.max(1, Math.floor(height / LEAST.height)),
  };
  const shown = Math.min(count, most.columns * most.rows);
  let best = { columns: 1, rows: 1, shown };
  let least = Infinity;
  for (let columns = 1; columns <= Math.min(shown, most.columns); columns += 1) {
    const rows = Math.ceil(shown / columns);
    if (rows > most.rows) continue;
    const shape = (width / columns) / Math.max(1, height / rows);
    const empty = (columns * rows - shown) / shown;
    const cost = Math.abs(Math.log(shape / SHAPE)) + empty;
    if (cost < least) {
      least = cost;
      best = { columns, rows, shown };
    }
  }
  return best;
}

/** @typedef {{word: string}[]} Order of verdicts, the worst first */

/**
 * The places of `words` (verdicts), the worst first; equal ones keep their order.
 * @param {string[]} words
 * @param {Order} order
 * @returns {number[]}
 */
export function worstFirst(words, order) {
  const rank = (/** @type {number} */ place) => order.findIndex(({ word }) => word === words[place]);
  return words.map((_, place) => place).sort((a, b) => rank(a) - rank(b) || a - b);
}

/**
 * How often each verdict occurs, the worst first: "1 failed, 3 passed".
 * @param {string[]} words
 * @param {Order} order
 */
export function counted(words, order) {
  return order.map(({ word }) => ({ word, count: words.filter((one) => one === word).length }))
    .filter(({ count }) => count > 0)
    .map(({ word, count }) => `${count} ${word}`)
    .join(', ');
}
