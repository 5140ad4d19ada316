// One lead on its canvas. Nothing is allocated in `step`, which runs in every frame.

/** A still shows the last sweep of what the heart does after so many seconds. */
const SETTLED_S = 20;
/** Where the beam of a still stands, as a part of the width. */
const STILL_AT = 0.94;

/**
 * @typedef {HTMLCanvasElement | OffscreenCanvas} Canvas
 * @typedef {CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D} Context
 */

export class Trace {
  /**
   * @param {import('./heart.js').Heart} heart
   * @param {Canvas} canvas
   * @param {number} seed
   */
  constructor(heart, canvas, seed) {
    this.heart = heart;
    this.core = heart.core;
    this.canvas = canvas;
    const context = /** @type {Context | null} */ (canvas.getContext('2d', { alpha: false }));
    if (!context) throw new Error('this browser has no canvas');
    this.context = context;
    this.lead = this.core.lead_new(seed);
    this.time = 0;
    this.sweep = 1;
    this.width = 0;
    this.height = 0;
    this.address = 0;
    /** True while a screen is laid out whose ground is on its way; the old picture stays. */
    this.waits = true;
    /** True while the beam stands still. */
    this.stands = false;
    /** True if the next step paints although the beam stands. */
    this.stale = false;
    this.views(this.heart.memory.buffer);
    this.rate = NaN;
    this.alarm = NaN;
    this.returning = NaN;
  }

  /** @param {ArrayBuffer} buffer */
  views(buffer) {
    this.buffer = buffer;
    this.words = new Uint32Array(buffer);
    /** @type {ImageData | null} */
    this.image = null;
    if (this.width > 0) {
      const pixels = new Uint8ClampedArray(buffer, this.address, 4 * this.width * this.height);
      this.image = new ImageData(pixels, this.width, this.height);
    }
  }

  /**
   * Lays out the screen and returns the markup of its ground.
   * @param {number} width in device pixels
   * @param {number} height
   * @param {number} theme
   * @param {boolean} pulse
   */
  lay(width, height, theme, pulse) {
    this.address = this.core.set_screen(this.lead, width, height, theme, pulse ? 1 : 0);
    this.width = width;
    this.height = height;
    this.sweep = this.core.sweep_s(this.lead);
    this.views(this.heart.memory.buffer);
    this.waits = true;
    this.core.ground_markup(this.lead);
    return this.heart.take();
  }

  /**
   * Shows the screen on this ground; without one, on a plain one.
   * @param {ArrayBuffer | null} pixels
   */
  ground(pixels) {
    const size = 4 * this.width * this.height;
    if (pixels && pixels.byteLength === size) {
      new Uint8Array(this.heart.memory.buffer, this.address, size).set(new Uint8Array(pixels));
      this.core.set_ground(this.lead);
    }
    this.waits = false;
    this.stale = true;
  }

  /** Jumps to where the heart has settled, with the whole sweep on the screen. */
  settle() {
    const sweeps = Math.ceil((this.sweep + SETTLED_S) / this.sweep);
    this.time += (sweeps + STILL_AT - this.core.beam(this.lead)) * this.sweep;
    this.stale = true;
  }

  /**
   * Moves the beam and paints. Returns the number of beats passed.
   * @param {number} seconds
   */
  step(seconds) {
    if (this.waits || (this.stands && !this.stale)) return 0;
    if (!this.stands) this.time += Math.min(seconds, this.sweep);
    const count = this.core.advance(this.lead, this.time);
    if (this.heart.memory.buffer !== this.buffer) this.views(this.heart.memory.buffer);
    if (this.canvas.width !== this.width || this.canvas.height !== this.height) {
      this.canvas.width = this.width;
      this.canvas.height = this.height;
    }
    const image = /** @type {ImageData} */ (this.image);
    const words = /** @type {Uint32Array} */ (this.words);
    let at = this.core.dirty_addr(this.lead) >>> 2;
    for (let n = 0; n < count; n += 1, at += 4) {
      this.context.putImageData(image, 0, 0, words[at], words[at + 1], words[at + 2], words[at + 3]);
    }
    const settled = this.stale;
    this.stale = false;
    return settled ? 0 : this.core.beats(this.lead);
  }

  /** Reads what the captions say; true if it has changed. */
  read() {
    const rate = this.core.rate(this.lead);
    const alarm = this.core.alarm(this.lead);
    const returning = this.core.restarting(this.lead);
    if (rate === this.rate && alarm === this.alarm && returning === this.returning) return false;
    this.rate = rate;
    this.alarm = alarm;
    this.returning = returning;
    return true;
  }
}
