// Reads the three kinds of JSON that tell the state of a project. Pure.

import { judged } from './pipelines.js';

/**
 * @typedef {object} Status
 * @property {string} verdict one of the six words
 * @property {string | null} before while running: the verdict of the last finished run
 * @property {number | null} rate of flakiness, 0 to 1
 * @property {string} counts behind the rate, such as "1/20", or nothing
 * @property {string} reason
 * @property {string[]} evidence
 * @property {string} subject the project, or nothing
 * @property {string} ref the branch or tag, or nothing
 * @property {number | null} since when, in milliseconds of the Unix epoch
 *
 * @typedef {object} Tools
 * @property {(word: string) => string | null} verdict the verdict of a CI system's word
 * @property {(message: string, colour: string, isError: boolean) => string} badgeVerdict the verdict of a badge
 * @property {(text: string) => string} sanitized foreign text made safe to show
 */

/** The most characters of a line, and the most lines of evidence. */
const LONGEST_LINE = 160;
const MOST_EVIDENCE = 2;
/** The rate in the message of a badge: "1/20", or "7%". */
const RATE = /(\d+)\/(\d+)|(\d{1,3}(?:\.\d+)?)\s?%/;

/**
 * @param {string} verdict
 * @param {string} [reason]
 * @returns {Status}
 */
export function plain(verdict, reason = '') {
  return { verdict, before: null, rate: null, counts: '', reason, evidence: [], subject: '', ref: '', since: null };
}

/**
 * The state that an answer tells; unknown with the reason if it tells none.
 * @param {string} body
 * @param {string} host that answered
 * @param {Tools} tools
 * @returns {Status}
 */
export function statusOf(body, host, tools) {
  let json;
  try {
    json = JSON.parse(body);
  } catch {
    const html = /^\s*<(!doctype|html)/i.test(body);
    return plain('unknown', `${host} answered with ${html ? 'a web page' : 'something'}, not with JSON`);
  }
  const read = new Reader(tools);
  const status = Array.isArray(json) ? pipelinesStatus(json, read) : objectStatus(json, read);
  return status ?? plain('unknown', `${host} answered with JSON that this page cannot read`);
}

/** Takes what is usable from foreign values. */
class Reader {
  /** @param {Tools} tools */
  constructor(tools) {
    this.tools = tools;
  }

  /** @param {unknown} value */
  text(value) {
    if (typeof value !== 'string') return '';
    const text = this.tools.sanitized(value.trim());
    return text.length > LONGEST_LINE ? `${text.slice(0, LONGEST_LINE - 1)}…` : text;
  }

  /** @param {unknown} value */
  verdict(value) {
    return typeof value === 'string' ? this.tools.verdict(value.trim()) : null;
  }

  /** @param {unknown} value */
  rate(value) {
    return typeof value === 'number' && value >= 0 && value <= 1 ? value : null;
  }

  /**
   * @param {unknown} flaky
   * @param {unknown} of
   */
  counts(flaky, of) {
    return Number.isInteger(flaky) && Number.isInteger(of) ? `${flaky}/${of}` : '';
  }

  /** @param {unknown} value */
  time(value) {
    const time = typeof value === 'string' ? Date.parse(value) : NaN;
    return Number.isFinite(time) ? time : null;
  }
}

/**
 * @param {any} json
 * @param {Reader} read
 */
function objectStatus(json, read) {
  if (typeof json !== 'object' || json === null) return null;
  if ('verdict' in json) return flakyStatus(json, read);
  if ('schemaVersion' in json) return badgeStatus(json, read);
  if ('status' in json) return pipelinesStatus([json], read);
  return null;
}

/**
 * The JSON of `flaky status`.
 * @param {any} json
 * @param {Reader} read
 * @returns {Status | null}
 */
function flakyStatus(json, read) {
  const verdict = read.verdict(json.verdict);
  if (!verdict) return null;
  const evidence = Array.isArray(json.evidence) ? json.evidence : [];
  const status = {
    verdict,
    before: read.verdict(json.before),
    rate: read.rate(json.rate),
    counts: read.counts(json.flaky, json.n),
    reason: read.text(json.reason),
    evidence: evidence.slice(0, MOST_EVIDENCE).map((/** @type {unknown} */ line) => read.text(line)).filter(Boolean),
    subject: read.text(json.subject),
    ref: read.text(json.ref),
    since: read.time(json.since),
  };
  if (json.stale === true) {
    const reason = status.reason || 'its source has not been heard for a while';
    return { ...status, verdict: 'unknown', before: null, reason, since: null };
  }
  return status;
}

/**
 * The JSON of a shields endpoint.
 * @param {any} json
 * @param {Reader} read
 * @returns {Status | null}
 */
function badgeStatus(json, read) {
  if (typeof json.message !== 'string') return null;
  const { message } = json;
  const colour = typeof json.color === 'string' ? json.color : '';
  const verdict = read.tools.badgeVerdict(message, colour, json.isError === true);
  const [counts = '', flaky, of, percent] =
    (verdict === 'flaky' && RATE.exec(message.slice(0, LONGEST_LINE))) || [];
  const shown = read.text(message);
  const isKnown = read.verdict(message) === verdict;
  const reason = verdict === 'unknown' ? `the badge says “${shown}”` : isKnown ? '' : shown;
  const rate = read.rate(percent ? Number(percent) / 100 : Number(flaky) / Number(of));
  return { ...plain(verdict, reason), rate, counts: percent ? '' : counts, subject: read.text(json.label) };
}

/**
 * Pipelines of GitLab.
 * @param {any[]} json
 * @param {Reader} read
 * @returns {Status | null}
 */
function pipelinesStatus(json, read) {
  const runs = [];
  for (const one of json.slice(0, 200)) {
    if (typeof one !== 'object' || one === null || typeof one.status !== 'string') return null;
    runs.push({
      verdict: read.verdict(one.status) ?? 'unknown',
      commit: typeof one.sha === 'string' ? one.sha : '',
      time: read.time(one.updated_at) ?? read.time(one.created_at),
      ref: read.text(one.ref),
    });
  }
  return { ...plain('unknown'), ...judged(runs), subject: subjectOf(json[0]?.web_url, read) };
}

/**
 * The project in the address of a pipeline: "group/project".
 * @param {unknown} address
 * @param {Reader} read
 */
function subjectOf(address, read) {
  if (typeof address !== 'string' || !URL.canParse(address)) return '';
  const [project] = new URL(address).pathname.split('/-/');
  return read.text(project.slice(1));
}
