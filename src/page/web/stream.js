// Server-sent events, and the waits between requests. Pure.

/** The longest event, in characters. */
const LONGEST_EVENT = 262144;

/** Splits a stream of text into the data of its events. */
export class EventParser {
  constructor() {
    this.rest = '';
    /** @type {string[]} */
    this.data = [];
    this.length = 0;
  }

  /**
   * Takes a piece of the stream and returns the data of the events that it completes.
   * @param {string} piece
   * @returns {string[]}
   */
  push(piece) {
    const lines = (this.rest + piece).split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop() ?? '';
    const events = [];
    for (const line of lines) {
      const event = this.line(line);
      if (event !== null) events.push(event);
    }
    if (this.rest.length + this.length > LONGEST_EVENT) throw new Error('an event is too long');
    return events;
  }

  /** @param {string} line */
  line(line) {
    if (line === '') {
      const event = this.data.length > 0 ? this.data.join('\n') : null;
      this.data = [];
      this.length = 0;
      return event;
    }
    const match = /^data(?:: ?(.*))?$/s.exec(line);
    if (match) {
      this.data.push(match[1] ?? '');
      this.length += line.length;
    }
    return null;
  }
}

/** The first and the longest wait after failures, in seconds. */
const FIRST_WAIT_S = 2;
const LONGEST_WAIT_S = 60;

/**
 * The wait after a number of failures in a row, in seconds; up to a quarter is left to chance.
 * @param {number} failures at least 1
 * @param {number} chance 0 to 1
 */
export function backoff(failures, chance) {
  return Math.min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** (failures - 1)) * (1 - 0.25 * chance);
}

/**
 * The wait between polls in seconds: 10 % more or less, so that many pages do not ask at once.
 * @param {number} seconds
 * @param {number} chance 0 to 1
 */
export function jittered(seconds, chance) {
  return seconds * (0.9 + 0.2 * chance);
}

/**
 * The seconds that a server asks to wait: a number, or a date. At most 10 minutes.
 * @param {string | null} header `Retry-After`
 * @param {number} now in milliseconds
 */
export function retryAfter(header, now) {
  if (header === null) return 0;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - now) / 1000;
  return Number.isFinite(seconds) ? Math.min(600, Math.max(0, seconds)) : 0;
}
