// Judges a list of pipelines. Pure.

/**
 * @typedef {object} Run
 * @property {string} verdict
 * @property {string} commit
 * @property {number | null} time
 * @property {string} ref
 */

/**
 * The newest run with an outcome decides, unless a newer one is running. A commit that failed and passed
 * is flaky.
 * @param {Run[]} runs newest first
 */
export function judged(runs) {
  const decided = runs.filter(hasOutcome);
  const [last] = decided;
  const newest = runs.find((run) => hasOutcome(run) || run.verdict === 'running');
  const commits = outcomes(decided);
  const flaky = [...commits.values()].filter((verdict) => verdict === 'flaky').length;
  const share = commits.size > 0
    ? { rate: flaky / commits.size, counts: `${flaky}/${commits.size}` }
    : { rate: null, counts: '' };
  const outcome = last ? (commits.get(last.commit) ?? last.verdict) : null;
  const ref = (newest ?? runs[0])?.ref ?? '';
  if (newest && !hasOutcome(newest)) {
    return { verdict: 'running', before: outcome, ...share, ref, reason: '', since: newest.time };
  }
  if (!last || !outcome) {
    const verdict = runs.length > 0 && runs.every((run) => run.verdict === 'stopped') ? 'stopped' : 'unknown';
    const reason = runs.length > 0 ? '' : 'no pipeline has run yet';
    return { verdict, before: null, ...share, ref, reason, since: null };
  }
  const reason = outcome === 'flaky' ? `${flaky} of ${commits.size} commits failed and passed` : '';
  return { verdict: outcome, before: null, ...share, ref, reason, since: since(decided, last.verdict) };
}

/** @param {Run} run */
function hasOutcome({ verdict }) {
  return verdict === 'passed' || verdict === 'failed' || verdict === 'flaky';
}

/**
 * The outcome of each commit.
 * @param {Run[]} decided
 */
function outcomes(decided) {
  /** @type {Map<string, string>} */
  const commits = new Map();
  for (const { commit, verdict } of decided) {
    if (commit === '') continue;
    const other = commits.get(commit) ?? verdict;
    commits.set(commit, other === verdict ? verdict : 'flaky');
  }
  return commits;
}

/**
 * The time of the first run of the newest ones with the same outcome.
 * @param {Run[]} decided
 * @param {string} verdict
 */
function since(decided, verdict) {
  const other = decided.findIndex((run) => run.verdict !== verdict);
  // Without another outcome in the list, it may have begun before.
  return other > 0 ? decided[other - 1].time : null;
}
