// The state of one lead: follows a feed, remembers since when, and changes at most once a second.

import { plain } from './status.js';

/** @typedef {import('./status.js').Status} Status */

/** The least time between two changes that are shown, in milliseconds. */
const CALM_MS = 1000;

export class Watch {
  /**
   * @param {Status} first the state before the first answer
   * @param {(before: Status) => void} changed
   */
  constructor(first, changed) {
    this.status = first;
    this.changed = changed;
    this.since = { at: Date.now(), seen: true };
    /** True once a state was told, rather than assumed. */
    this.told = false;
    /** @type {Status | null} */
    this.next = null;
    this.timer = 0;
    this.returning = false;
  }

  /**
   * The newest state, shown now or when the last one has been seen for a moment.
   * @param {Status} status
   */
  take(status) {
    this.next = status;
    if (!this.timer) this.show();
  }

  /** @param {string} reason why nothing is known */
  lose(reason) {
    this.take({ ...plain('unknown', reason), subject: this.status.subject, ref: this.status.ref });
  }

  show() {
    this.timer = 0;
    const { next, status: before } = this;
    this.next = null;
    if (!next || (this.told && JSON.stringify(next) === JSON.stringify(before))) return;
    const known = this.told && before.verdict !== 'unknown';
    if (next.since !== null) this.since = { at: Math.min(next.since, Date.now()), seen: true };
    else if (!this.told || next.verdict !== before.verdict) this.since = { at: Date.now(), seen: known || next.verdict === 'unknown' };
    this.status = next;
    this.changed(before);
    this.told = true;
    this.timer = setTimeout(() => this.show(), CALM_MS);
  }
}
