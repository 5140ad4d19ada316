// The page: puts the parts together.

import { Board } from './board.js';
import { Ci } from './ci.js';
import { Controls } from './controls.js';
import { Engine } from './engine.js';
import { unpack } from './heart.js';
import { overridden } from './settings.js';
import { Sound } from './sound.js';

/** @typedef {import('./painter.js').PainterEvent} PainterEvent */

/** @param {string} id */
function textOf(id) {
  return document.getElementById(id)?.textContent ?? '';
}

class App {
  /** @param {import('./settings.js').Settings} settings */
  constructor(settings) {
    this.settings = settings;
    this.isCi = settings.status !== null || settings.statusUrls.length > 0;
    const count = settings.status === null ? Math.max(1, settings.statusUrls.length) : 1;
    const seed = settings.seed ?? Math.floor(Math.random() * 4294967296);
    this.engine = new Engine((event) => this.hear(event));
    this.board = new Board(this.engine, count, seed, settings.verdicts);
    this.sound = new Sound();
    this.ci = this.isCi ? new Ci(settings, this.engine, this.board, this.sound) : null;
    this.controls = new Controls({
      pause: () => this.play(!this.playing, false),
      glitch: () => this.glitch(),
      theme: () => this.nextTheme(),
      sound: () => this.toggleSound(),
    });
    this.theme = settings.themes.findIndex((theme) => theme.name === settings.theme);
    this.calm = matchMedia('(prefers-reduced-motion: reduce)');
    this.playing = !this.calm.matches;
  }

  /** @param {string | null} script the text of this script, for a worker */
  async open(script) {
    const root = document.documentElement;
    root.dataset.live = 'starting';
    root.dataset.theme = this.settings.theme;
    root.classList.toggle('ci', this.isCi);
    try {
      const bytes = unpack(textOf('heart'));
      await this.engine.start(bytes, script);
      this.board.theme = this.theme;
      this.board.open();
      this.begin();
      await this.ci?.open(await bytes);
    } catch (error) {
      this.fallBack(error instanceof Error ? error.message : String(error));
      return;
    }
    this.controls.open();
    if (!this.sound.possible) this.controls.disable('sound');
    if (this.settings.sound) this.soundAtFirstGesture();
    if (this.isCi) document.getElementById('glitch')?.remove();
  }

  /** Sends what every lead plays at rest. */
  begin() {
    const { bpm, hrv, rate, pool, title } = this.settings;
    for (const [lead, view] of this.board.views.entries()) {
      this.engine.send({ is: 'rhythm', lead, bpm, hrv, rate, pool });
      view.name(title ?? 'II', 'An endless ECG. It is art, not a medical device.');
    }
    this.play(this.playing, !this.playing);
    this.calm.addEventListener('change', () => this.play(!this.calm.matches, this.calm.matches));
  }

  /** @param {PainterEvent} event */
  hear(event) {
    if (event.is === 'failed') {
      this.fallBack(event.reason);
      return;
    }
    if (event.is === 'ready' || event.is === 'ground') return;
    const view = this.board.views[event.lead];
    if (event.is === 'shown') {
      document.documentElement.dataset.live = 'yes';
      view.showScales(event.gain);
    } else if (event.is === 'beat') {
      if (!this.calm.matches) view.beat();
      if (event.lead === this.board.order[0]) this.sound.beat(this.board.words[event.lead]);
    } else {
      view.showRate(event.rate);
      if (this.ci) this.ci.heartReturns(event.lead, event.returning);
      else this.showGlitch(view, event.alarm);
    }
  }

  /**
   * @param {import('./view.js').View} view
   * @param {number} row of the glitch, -1 for none
   */
  showGlitch(view, row) {
    const glitch = this.settings.glitches[row];
    view.showAlarm(glitch?.stars ?? '', glitch?.caption ?? '', glitch?.alarm ?? 'none');
  }

  /**
   * @param {boolean} playing
   * @param {boolean} calm true for a still that shows each state as a whole
   */
  play(playing, calm) {
    this.playing = playing;
    this.engine.send({ is: 'play', playing, calm });
    this.controls.press('pause', !playing);
  }

  glitch() {
    if (this.isCi) return;
    this.engine.send({ is: 'glitch', lead: this.board.order[0] });
    this.controls.toast(this.playing ? 'a glitch follows the next beat' : 'paused');
  }

  nextTheme() {
    const { themes } = this.settings;
    this.theme = (this.theme + 1) % themes.length;
    const { name } = themes[this.theme];
    document.documentElement.dataset.theme = name;
    this.board.setTheme(this.theme);
    this.ci?.mark();
    this.controls.toast(name);
    try {
      const address = new URL(location.href);
      address.searchParams.set('theme', name);
      history.replaceState(null, '', address);
    } catch {
      // A page opened from disk may not change its address.
    }
  }

  async toggleSound() {
    if (!this.sound.possible) {
      this.controls.toast('this browser has no sound');
      return;
    }
    await this.sound.turn(!this.sound.on);
    this.controls.press('sound', this.sound.on);
  }

  /** Browsers allow sound only after a gesture. */
  soundAtFirstGesture() {
    const signs = ['pointerup', 'keydown'];
    const start = (/** @type {Event} */ event) => {
      for (const sign of signs) removeEventListener(sign, start, true);
      const isOwn = event instanceof KeyboardEvent ? event.key === 's' : event.target instanceof Element && event.target.closest('#sound');
      if (!isOwn) this.toggleSound();
    };
    for (const sign of signs) addEventListener(sign, start, true);
  }

  /**
   * Leaves the recording on the screen, with the reason.
   * @param {string} reason
   */
  fallBack(reason) {
    this.engine.stop();
    document.documentElement.dataset.live = this.isCi ? 'unknown' : 'no';
    for (const { section } of this.board.views) section.remove();
    const note = document.getElementById('note');
    if (!note) return;
    const what = this.isCi ? 'State unknown: this page cannot be drawn here' : 'This is a recording: the endless heart cannot be drawn here';
    note.textContent = `${what} (${reason}).`;
    note.hidden = false;
    if (this.isCi) document.title = `UNKNOWN · ${this.settings.title ?? ''}`;
  }
}

/** @param {string | null} script */
export function openPage(script) {
  const settings = overridden(JSON.parse(textOf('settings')), location.search);
  new App(settings).open(script);
}
