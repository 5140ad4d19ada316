// Keys, buttons, the help, full screen, and a bar that hides itself.

/** The time without a hand after which the bar hides, and the time for which a message stays. */
const IDLE_MS = 3000;
const TOAST_MS = 2500;

/**
 * @typedef {object} Actions
 * @property {() => void} pause
 * @property {() => void} glitch
 * @property {() => void} theme
 * @property {() => void} sound
 */

/** @param {string} id */
function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

export class Controls {
  /** @param {Actions} actions */
  constructor(actions) {
    this.dialog = /** @type {HTMLDialogElement} */ (byId('about'));
    this.idleTimer = 0;
    this.toastTimer = 0;
    /** @type {WakeLockSentinel | null} */
    this.awake = null;
    /** @type {Record<string, () => void>} */
    this.buttons = { ...actions, full: () => this.toggleFull(), help: () => this.toggleHelp() };
    /** @type {Record<string, string>} */
    this.keys = { ' ': 'pause', g: 'glitch', t: 'theme', s: 'sound', f: 'full', h: 'help', '?': 'help' };
  }

  open() {
    for (const [id, run] of Object.entries(this.buttons)) byId(id).addEventListener('click', run);
    addEventListener('keydown', (event) => this.key(event));
    for (const sign of ['pointermove', 'pointerdown', 'keydown', 'focusin']) {
      addEventListener(sign, () => this.wake(), { passive: true });
    }
    this.ignoreBlindTouches();
    document.addEventListener('fullscreenchange', () => this.followFull());
    document.addEventListener('visibilitychange', () => this.stayAwake());
    if (!document.fullscreenEnabled) this.disable('full');
    byId('bar').hidden = false;
    this.wake();
  }

  /** A touch that shows the bar presses nothing on it. */
  ignoreBlindTouches() {
    const bar = byId('bar');
    let begunOnBar = false;
    addEventListener('pointerdown', ({ target }) => {
      begunOnBar = target instanceof Node && bar.contains(target);
    }, { capture: true, passive: true });
    bar.addEventListener('click', (event) => {
      // A click by keyboard has no detail.
      if (event.detail > 0 && !begunOnBar) event.stopPropagation();
    }, { capture: true });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const name = this.keys[event.key.toLowerCase()];
    // Space presses the button that has the focus.
    if (!name || (event.key === ' ' && event.target instanceof HTMLButtonElement)) return;
    if (this.dialog.open && name !== 'help') return;
    event.preventDefault();
    this.buttons[name]();
  }

  /** Shows the bar for a while. */
  wake() {
    delete document.documentElement.dataset.idle;
    clearTimeout(this.idleTimer);
    this.idleTimer = setTimeout(() => {
      document.documentElement.dataset.idle = '';
    }, IDLE_MS);
  }

  /**
   * @param {string} id of a button
   * @param {boolean} on
   */
  press(id, on) {
    byId(id).setAttribute('aria-pressed', String(on));
  }

  /** @param {string} id of a button that can do nothing here */
  disable(id) {
    byId(id).setAttribute('aria-disabled', 'true');
  }

  /** @param {string} words shown for a moment */
  toast(words) {
    const toast = byId('toast');
    toast.textContent = words;
    toast.classList.add('on');
    clearTimeout(this.toastTimer);
    this.toastTimer = setTimeout(() => toast.classList.remove('on'), TOAST_MS);
  }

  toggleHelp() {
    if (this.dialog.open) this.dialog.close();
    else this.dialog.showModal();
  }

  async toggleFull() {
    if (!document.fullscreenEnabled) {
      this.toast('this browser has no full screen');
      return;
    }
    try {
      if (document.fullscreenElement) await document.exitFullscreen();
      else await document.documentElement.requestFullscreen();
    } catch {
      this.toast('the browser refuses full screen');
    }
  }

  followFull() {
    this.press('full', document.fullscreenElement !== null);
    this.stayAwake();
  }

  /** Keeps the screen awake in full screen. The lock is lost whenever the page is hidden. */
  async stayAwake() {
    const wanted = document.fullscreenElement !== null && document.visibilityState === 'visible';
    try {
      if (!wanted) await this.awake?.release();
      else if (!this.awake || this.awake.released) this.awake = await navigator.wakeLock?.request('screen');
    } catch {
      // The system may refuse, to save energy: the screen then sleeps as usual.
    }
  }
}
