// How a state is said. Pure.

/** @typedef {import('./status.js').Status} Status */

/**
 * The word of a state, in capitals: "FLAKY 1/20", or "FLAKY 7%" if only the rate is known.
 * @param {Status} status
 */
export function wordOf(status) {
  const { verdict, rate, counts } = status;
  const word = verdict.toUpperCase();
  return verdict === 'flaky' && rate ? `${word} ${counts || percent(rate)}` : word;
}

/** @param {number} rate 0 to 1 */
export function percent(rate) {
  const value = 100 * rate;
  if (value < 0.05) return value > 0 ? '<0.1%' : '0%';
  return value < 9.95 ? `${Number(value.toFixed(1))}%` : `${value.toFixed(0)}%`;
}

/**
 * What is known about the run before the one in progress.
 * @param {Status} status
 */
export function beforeWords({ before }) {
  if (before === 'failed') return 'the last finished run failed';
  return before === 'flaky' ? 'the last finished run was flaky' : '';
}

/**
 * "since 14:02, for 3 h".
 * @param {number} since in milliseconds
 * @param {number} now
 * @param {boolean} seen false if it may have begun earlier
 * @param {string} [language]
 */
export function sinceWords(since, now, seen, language) {
  const started = new Date(since);
  /** @type {Intl.DateTimeFormatOptions} */
  const shown = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
  if (started.toDateString() !== new Date(now).toDateString()) Object.assign(shown, { day: 'numeric', month: 'short' });
  const time = new Intl.DateTimeFormat(language, shown).format(started);
  return seen ? `since ${time}${duration(now - since)}` : `since ${time} or earlier`;
}

/** @param {number} milliseconds */
function duration(milliseconds) {
  const minutes = Math.floor(milliseconds / 60000);
  if (minutes < 1) return '';
  if (minutes < 60) return `, for ${minutes}\u00a0min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `, for ${hours}\u00a0h` : `, for ${Math.floor(hours / 24)}\u00a0days`;
}
