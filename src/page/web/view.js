// One lead on the page: its canvas and its captions.

import { beforeWords, sinceWords, wordOf } from './words.js';

/** @typedef {import('./status.js').Status} Status */

/** The beat of the heart symbol. */
const BEAT = [{ transform: 'scale(1.35)' }, { transform: 'none' }];
const BEAT_MS = 320;

export class View {
  /** @param {HTMLTemplateElement} template */
  constructor(template) {
    const copy = document.importNode(template.content, true);
    const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (copy.querySelector(name));
    this.section = part('section');
    this.canvas = /** @type {HTMLCanvasElement} */ (part('canvas'));
    this.title = part('.title');
    this.place = part('.place');
    this.stars = part('.stars');
    this.word = part('.word');
    this.number = part('.number');
    this.heart = part('.heart');
    this.reason = part('.reason');
    this.scales = part('.scales');
    this.rate = -1;
    /** True while the beam stands still: then there is nothing to count. */
    this.stands = false;
  }

  /**
   * @param {string} title
   * @param {string} description of the picture
   */
  name(title, description) {
    put(this.title, title);
    this.section.setAttribute('aria-label', title);
    this.canvas.setAttribute('aria-label', description);
  }

  /** @param {number} rate -1 where it cannot be counted */
  showRate(rate) {
    this.rate = rate;
    put(this.number, rate < 0 || this.stands ? '---' : String(rate));
  }

  /** @param {number} gain in mm/mV */
  showScales(gain) {
    put(this.scales, `25 mm/s   ${gain} mm/mV`);
  }

  /**
   * @param {string} stars
   * @param {string} words
   * @param {string} alarm
   */
  showAlarm(stars, words, alarm) {
    put(this.stars, stars);
    put(this.word, words);
    this.section.dataset.alarm = alarm;
  }

  /**
   * @param {Status} status
   * @param {import('./settings.js').Verdict} verdict of the status
   * @param {{at: number, seen: boolean}} since
   * @param {boolean} returning true while the heart comes back after a flatline
   */
  showStatus(status, { alarm, stars }, since, returning) {
    this.showAlarm(stars, returning && !stars ? 'RECOVERING' : wordOf(status), alarm ?? 'none');
    this.stands = status.verdict === 'stopped';
    this.showRate(this.rate);
    const when = sinceWords(since.at, Date.now(), since.seen);
    put(this.place, [status.ref, `${status.verdict} ${when}`].filter(Boolean).join('\u00a0· '));
    put(this.reason, [beforeWords(status), status.reason, ...status.evidence].filter(Boolean).join('\n'));
  }

  beat() {
    this.heart.animate(BEAT, { duration: BEAT_MS, easing: 'ease-out' });
  }
}

/**
 * Sets a text only if it has changed, so that nothing is painted again.
 * @param {HTMLElement} element
 * @param {string} text
 */
function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
