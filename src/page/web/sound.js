// A soft beep for every beat, and an alarm while a pipeline has failed. Off until asked for.

/** The pitch of the beep for each verdict, in Hz. */
const PITCH = /** @type {Record<string, number>} */ ({ passed: 880, flaky: 740, running: 988, failed: 523 });
/** How far the pitch of a flaky heart strays. */
const STRAY = 0.06;
/** A burst of an alarm of high priority: starts in seconds, and the pitches, as in IEC 60601-1-8. */
const BURST = [[0, 523], [0.22, 523], [0.44, 659], [0.85, 523], [1.07, 784]];
const BURST_EVERY_MS = 10000;

export class Sound {
  constructor() {
    /** @type {AudioContext | null} */
    this.context = null;
    this.on = false;
    this.alarmed = false;
    this.timer = 0;
  }

  /** True where there can be sound at all. */
  get possible() {
    return typeof AudioContext !== 'undefined';
  }

  /**
   * Call it from a gesture: browsers allow no sound before one.
   * @param {boolean} on
   */
  async turn(on) {
    this.on = on && this.possible;
    if (this.on) {
      this.context ??= new AudioContext();
      await this.context.resume();
    } else {
      await this.context?.suspend();
    }
    this.sayAlarm();
  }

  /** @param {string} verdict */
  beat(verdict) {
    const stray = verdict === 'flaky' ? 1 + STRAY * (2 * Math.random() - 1) : 1;
    this.tone((PITCH[verdict] ?? PITCH.passed) * stray, 0, 0.08, 0.12);
  }

  /** @param {boolean} alarmed */
  alarm(alarmed) {
    if (alarmed === this.alarmed) return;
    this.alarmed = alarmed;
    this.sayAlarm();
  }

  sayAlarm() {
    clearTimeout(this.timer);
    if (!this.on || !this.alarmed) return;
    for (const [start, pitch] of BURST) this.tone(pitch, start, 0.14, 0.1);
    this.timer = setTimeout(() => this.sayAlarm(), BURST_EVERY_MS);
  }

  /**
   * @param {number} pitch in Hz
   * @param {number} start in seconds from now
   * @param {number} length of the decay in seconds
   * @param {number} loudness 0 to 1
   */
  tone(pitch, start, length, loudness) {
    const { context } = this;
    if (!this.on || context?.state !== 'running') return;
    const at = context.currentTime + start;
    const oscillator = new OscillatorNode(context, { type: 'sine', frequency: pitch });
    const gain = new GainNode(context, { gain: 0 });
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(loudness, at + 0.006);
    gain.gain.setTargetAtTime(0, at + 0.05, length / 3);
    oscillator.connect(gain).connect(context.destination);
    oscillator.start(at);
    oscillator.stop(at + 0.05 + 3 * length);
  }
}
