// All leads on the page: their grid, their order, and the size of their canvases in device pixels.

import { View } from './view.js';
import { counted, grid, worstFirst } from './ward.js';

/** The most device pixels of all canvases together. */
const MOST_PIXELS = 9000000;
/** The time in which a window is still being resized, and after which leads change places. */
const RESIZE_MS = 120;
const REORDER_MS = 1500;
/** The least height of a screen with the calibration pulse, in CSS pixels. */
const PULSE_HEIGHT = 200;

export class Board {
  /**
   * @param {import('./engine.js').Engine} engine
   * @param {number} count of leads
   * @param {number} seed of the first
   * @param {import('./ward.js').Order} verdicts
   */
  constructor(engine, count, seed, verdicts) {
    this.engine = engine;
    this.verdicts = verdicts;
    this.seed = seed;
    this.theme = 0;
    this.element = /** @type {HTMLElement} */ (document.getElementById('board'));
    this.others = /** @type {HTMLElement} */ (document.getElementById('others'));
    const template = /** @type {HTMLTemplateElement} */ (document.getElementById('lead'));
    this.views = Array.from({ length: count }, () => new View(template));
    /** The verdict of each lead. @type {string[]} */
    this.words = this.views.map(() => 'unknown');
    /** The leads from the first place to the last. */
    this.order = this.views.map((_, lead) => lead);
    /** The device pixels of each lead; null while it is not shown.
     * @type {({width: number, height: number} | null)[]} */
    this.sizes = this.views.map(() => null);
    /** The last layout sent for each lead, as words. @type {string[]} */
    this.sent = this.views.map(() => '');
    this.resizeTimer = 0;
    this.reorderTimer = 0;
  }

  /** Shows the leads and follows the window. */
  open() {
    this.observer = new ResizeObserver((entries) => {
      const first = this.sent.every((sent) => sent === '');
      for (const entry of entries) this.measure(entry);
      clearTimeout(this.resizeTimer);
      if (first) this.send();
      else this.resizeTimer = setTimeout(() => this.send(), RESIZE_MS);
    });
    this.arrange();
    for (const [lead, view] of this.views.entries()) {
      this.engine.add(lead, view.canvas, (this.seed + lead) >>> 0);
    }
    addEventListener('resize', () => this.arrange());
  }

  /** Puts the leads that fit into the grid. */
  arrange() {
    const { columns, rows, shown } = grid(this.views.length, innerWidth, innerHeight);
    const visible = this.order.slice(0, shown).map((lead) => this.views[lead].section);
    const hidden = this.order.slice(shown);
    this.element.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
    this.element.style.gridTemplateRows = `repeat(${rows}, minmax(0, 1fr))`;
    this.element.classList.toggle('more', hidden.length > 0);
    this.others.hidden = hidden.length === 0;
    this.others.textContent = `+${hidden.length} more: ${counted(hidden.map((lead) => this.words[lead]), this.verdicts)}`;
    for (const lead of hidden) {
      const { section } = this.views[lead];
      this.observer?.unobserve(section);
      section.remove();
      this.sizes[lead] = null;
    }
    const present = [...this.element.querySelectorAll('section')];
    if (visible.some((section, place) => present[place] !== section)) this.element.append(...visible);
    // The worst takes the places that would be empty.
    for (const section of visible) {
      section.style.gridColumn = section === visible[0] ? `span ${columns * rows - shown + 1}` : '';
      this.observe(section);
    }
    if (hidden.length > 0) this.send();
  }

  /** @param {HTMLElement} section */
  observe(section) {
    try {
      this.observer?.observe(section, { box: 'device-pixel-content-box' });
    } catch {
      this.observer?.observe(section);
    }
  }

  /** @param {ResizeObserverEntry} entry */
  measure(entry) {
    const lead = this.views.findIndex((view) => view.section === entry.target);
    const [exact] = entry.devicePixelContentBoxSize ?? [];
    const { width, height } = entry.contentRect;
    this.sizes[lead] = {
      width: exact?.inlineSize ?? Math.round(width * devicePixelRatio),
      height: exact?.blockSize ?? Math.round(height * devicePixelRatio),
    };
  }

  /** Sends the layouts that have changed. */
  send() {
    const pixels = this.sizes.reduce((sum, size) => sum + (size ? size.width * size.height : 0), 0);
    const shrink = Math.min(1, Math.sqrt(MOST_PIXELS / Math.max(1, pixels)));
    for (const [lead, size] of this.sizes.entries()) {
      if (!size && this.sent[lead] === '') continue;
      const width = size ? Math.max(1, Math.floor(size.width * shrink)) : 0;
      const height = size ? Math.max(1, Math.floor(size.height * shrink)) : 0;
      const pulse = height >= PULSE_HEIGHT * devicePixelRatio * shrink;
      const layout = `${width} ${height} ${this.theme} ${pulse}`;
      if (this.sent[lead] === layout) continue;
      this.sent[lead] = layout;
      this.engine.send({ is: 'screen', lead, width, height, theme: this.theme, pulse });
    }
  }

  /** @param {number} theme */
  setTheme(theme) {
    this.theme = theme;
    this.send();
  }

  /**
   * Notes the verdict of a lead; a little later the worst are first.
   * @param {number} lead
   * @param {string} word
   */
  note(lead, word) {
    this.words[lead] = word;
    clearTimeout(this.reorderTimer);
    this.reorderTimer = setTimeout(() => {
      this.order = worstFirst(this.words, this.verdicts);
      this.arrange();
    }, REORDER_MS);
  }
}
