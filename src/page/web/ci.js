// The state of pipelines on the leads, in the title, and in the sound.

import { Feed } from './feed.js';
import { Heart } from './heart.js';
import { markDocument } from './mark.js';
import { plain, statusOf } from './status.js';
import { Watch } from './watch.js';
import { counted, worstFirst } from './ward.js';
import { wordOf } from './words.js';

/** The time between updates of "for 3 h", in milliseconds. */
const MINUTE_MS = 60000;

/** @typedef {import('./settings.js').Settings} Settings */

export class Ci {
  /**
   * @param {Settings} settings
   * @param {import('./engine.js').Engine} engine
   * @param {import('./board.js').Board} board
   * @param {import('./sound.js').Sound} sound
   */
  constructor(settings, engine, board, sound) {
    this.settings = settings;
    this.engine = engine;
    this.board = board;
    this.sound = sound;
    this.said = /** @type {HTMLElement} */ (document.getElementById('said'));
    /** @type {Watch[]} */
    this.watches = [];
  }

  /** @param {ArrayBuffer} bytes of the core, which reads words and cleans texts */
  async open(bytes) {
    const { verdicts, status, statusUrls } = this.settings;
    if (status !== null) {
      this.watch(0, plain('unknown')).take(plain(verdicts[status].word));
      return;
    }
    const heart = await Heart.start(bytes);
    const tools = {
      verdict: (/** @type {string} */ word) => verdicts[heart.verdict(word)]?.word ?? null,
      badgeVerdict: (/** @type {string} */ message, /** @type {string} */ colour, /** @type {boolean} */ isError) =>
        verdicts[heart.badgeVerdict(message, colour, isError)].word,
      sanitized: (/** @type {string} */ text) => heart.sanitized(text),
    };
    const feeds = statusUrls.map((address, lead) => {
      const host = new URL(address, document.baseURI).host;
      const watch = this.watch(lead, plain('unknown', `asking ${host}`));
      return new Feed(
        address, this.settings,
        (body) => watch.take(statusOf(body, host, tools)),
        (reason) => watch.lose(reason));
    });
    for (const feed of feeds) feed.run();
    const askNow = () => {
      if (!document.hidden) for (const feed of feeds) feed.askNow();
    };
    addEventListener('online', askNow);
    document.addEventListener('visibilitychange', askNow);
    setInterval(() => this.watches.forEach((_, lead) => this.show(lead)), MINUTE_MS);
  }

  /**
   * @param {number} lead
   * @param {import('./status.js').Status} first
   */
  watch(lead, first) {
    const watch = new Watch(first, (before) => this.changed(lead, before));
    this.watches[lead] = watch;
    this.send(lead, false);
    this.show(lead);
    this.mark();
    return watch;
  }

  /**
   * @param {number} lead
   * @param {import('./status.js').Status} before
   */
  changed(lead, before) {
    const { status, told } = this.watches[lead];
    // A heart that is about to stand still needs beats on its screen.
    const settle = !told || (status.verdict === 'stopped' && !['passed', 'running'].includes(before.verdict));
    this.send(lead, settle);
    this.show(lead);
    this.mark();
    this.board.note(lead, status.verdict);
    if (!told || status.verdict !== before.verdict) {
      this.said.textContent = [`${this.title(lead)}: ${wordOf(status).toLowerCase()}`, status.reason].filter(Boolean).join('. ');
    }
  }

  /**
   * @param {number} lead
   * @param {boolean} settle
   */
  send(lead, settle) {
    const { verdict, before, rate } = this.watches[lead].status;
    this.engine.send({
      is: 'verdict', lead, settle, rate: rate ?? 0, stands: verdict === 'stopped',
      verdict: this.place(verdict), before: before ? this.place(before) : -1,
    });
  }

  /** @param {string} verdict */
  place(verdict) {
    return this.settings.verdicts.findIndex(({ word }) => word === verdict);
  }

  /** @param {number} lead */
  show(lead) {
    const { status, since, returning } = this.watches[lead];
    const view = this.board.views[lead];
    const title = this.title(lead);
    view.name(title, `An ECG that shows the state of ${title}: ${wordOf(status).toLowerCase()}`);
    view.showStatus(status, this.settings.verdicts[this.place(status.verdict)], since, returning);
  }

  /** @param {number} lead */
  title(lead) {
    const { title, statusUrls } = this.settings;
    const [address] = statusUrls.slice(lead);
    const from = address ? new URL(address, document.baseURI) : null;
    const alone = this.board.views.length === 1;
    const place = from ? (alone ? from.host : `${from.host}${from.pathname}`) : 'II';
    return (alone && title) || this.watches[lead].status.subject || place;
  }

  /** Marks the document with the worst state. */
  mark() {
    const words = this.watches.map((watch) => watch.status.verdict);
    const { verdicts } = this.settings;
    const [worst] = worstFirst(words, verdicts);
    const { alarm } = verdicts[this.place(words[worst])];
    const several = words.length > 1;
    const title = several ? (this.settings.title ?? '') : this.title(0);
    markDocument(this.watches[worst].status, alarm, title, several ? counted(words, verdicts) : '');
    this.sound.alarm(words.includes('failed'));
  }

  /**
   * @param {number} lead
   * @param {boolean} returning
   */
  heartReturns(lead, returning) {
    const watch = this.watches[lead];
    if (!watch || watch.returning === returning) return;
    watch.returning = returning;
    this.show(lead);
  }
}
