// Draws all leads, in a worker or on the page itself: commands in, events out.

import { Trace } from './trace.js';

/** The longest wait for the picture of the ground, in milliseconds. */
const GROUND_MS = 250;

/**
 * @typedef {{is: 'add', lead: number, canvas: import('./trace.js').Canvas, seed: number}
 *   | {is: 'screen', lead: number, width: number, height: number, theme: number, pulse: boolean}
 *   | {is: 'ground', lead: number, serial: number, pixels: ArrayBuffer | null}
 *   | {is: 'rhythm', lead: number, bpm: number, hrv: number, rate: number, pool: number}
 *   | {is: 'verdict', lead: number, verdict: number, before: number, rate: number, stands: boolean,
 *      settle: boolean}
 *   | {is: 'glitch', lead: number}
 *   | {is: 'play', playing: boolean, calm: boolean}} Command
 * `calm` asks for a still that shows each state as a whole.
 * A screen without width is not drawn.
 *
 * @typedef {{is: 'ready'}
 *   | {is: 'ground', lead: number, serial: number, markup: string, width: number, height: number}
 *   | {is: 'shown', lead: number, gain: number}
 *   | {is: 'reading', lead: number, rate: number, alarm: number, returning: boolean}
 *   | {is: 'beat', lead: number}
 *   | {is: 'failed', reason: string}} PainterEvent
 */

export class Painter {
  /**
   * @param {import('./heart.js').Heart} heart
   * @param {(event: PainterEvent) => void} tell
   */
  constructor(heart, tell) {
    this.heart = heart;
    this.tell = tell;
    /** @type {(Trace | undefined)[]} */
    this.traces = [];
    /** The number of the last layout of each lead. @type {number[]} */
    this.serials = [];
    this.playing = true;
    this.calm = false;
    this.last = -1;
    this.handle = 0;
    this.frame = this.frame.bind(this);
  }

  /** @param {Command} command */
  receive(command) {
    try {
      this.obey(command);
      if (!this.handle) this.handle = requestAnimationFrame(this.frame);
    } catch (error) {
      this.fail(error);
    }
  }

  /** @param {Command} command */
  obey(command) {
    if (command.is === 'add') {
      this.traces[command.lead] = new Trace(this.heart, command.canvas, command.seed);
      this.serials[command.lead] = 0;
      return;
    }
    if (command.is === 'play') {
      this.playing = command.playing;
      this.calm = command.calm;
      if (this.calm) this.traces.forEach((trace) => trace?.settle());
      return;
    }
    const trace = this.traces[command.lead];
    if (!trace) return;
    switch (command.is) {
      case 'screen':
        this.lay(trace, command);
        break;
      case 'ground':
        if (command.serial === this.serials[command.lead]) this.show(command.lead, command.pixels);
        break;
      case 'rhythm':
        this.heart.core.set_rhythm(trace.lead, command.bpm, command.hrv, command.rate, command.pool);
        break;
      case 'verdict':
        this.heart.core.set_verdict(trace.lead, command.verdict, command.before, command.rate);
        trace.stands = command.stands;
        if (command.settle || !this.playing) trace.settle();
        break;
      case 'glitch':
        this.heart.core.glitch_next(trace.lead);
        break;
    }
  }

  /**
   * @param {Trace} trace
   * @param {Extract<Command, {is: 'screen'}>} command
   */
  lay(trace, { lead, width, height, theme, pulse }) {
    const serial = (this.serials[lead] += 1);
    if (width === 0) {
      trace.lay(1, 1, theme, false);
      return;
    }
    const markup = trace.lay(width, height, theme, pulse);
    if (this.calm) trace.settle();
    this.tell({ is: 'ground', lead, serial, markup, width, height });
    // The first picture does not wait for its ground.
    if (serial === 1) this.paint(trace, lead, null);
    setTimeout(() => {
      if (serial === this.serials[lead] && trace.waits) this.receive({ is: 'ground', lead, serial, pixels: null });
    }, GROUND_MS);
  }

  /**
   * @param {number} lead
   * @param {ArrayBuffer | null} pixels
   */
  show(lead, pixels) {
    const trace = this.traces[lead];
    if (!trace) return;
    this.paint(trace, lead, pixels);
    this.tell({ is: 'shown', lead, gain: this.heart.core.gain_mm_mv(trace.lead) });
  }

  /**
   * Paints on a ground at once, because the next frame may be far.
   * @param {Trace} trace
   * @param {number} lead
   * @param {ArrayBuffer | null} pixels
   */
  paint(trace, lead, pixels) {
    trace.ground(pixels);
    this.step(trace, lead, 0);
  }

  /** @param {number} now */
  frame(now) {
    this.handle = 0;
    const seconds = this.last < 0 || !this.playing ? 0 : Math.max(0, now - this.last) / 1000;
    this.last = now;
    let moving = false;
    try {
      for (let lead = 0; lead < this.traces.length; lead += 1) {
        const trace = this.traces[lead];
        if (!trace) continue;
        if (this.playing || trace.stale) this.step(trace, lead, seconds);
        moving = moving || !(trace.stands || trace.waits);
      }
    } catch (error) {
      this.fail(error);
      return;
    }
    if (this.playing && moving) this.handle = requestAnimationFrame(this.frame);
    else this.last = -1;
  }

  /**
   * @param {Trace} trace
   * @param {number} lead
   * @param {number} seconds
   */
  step(trace, lead, seconds) {
    if (trace.step(seconds) > 0) this.tell({ is: 'beat', lead });
    if (!trace.waits && trace.read()) {
      const { rate, alarm, returning } = trace;
      this.tell({ is: 'reading', lead, rate, alarm, returning: returning === 1 });
    }
  }

  /** @param {unknown} error */
  fail(error) {
    this.traces = [];
    const words = error instanceof Error ? error.message : error;
    this.tell({ is: 'failed', reason: `the drawing stopped: ${words}` });
  }
}
