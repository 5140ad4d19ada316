// Asks one status address again and again, and says what it answers or why it does not.

import { EventParser, backoff, jittered, retryAfter } from './stream.js';

/** The longest wait for an answer, in milliseconds, and its longest body in bytes. */
const TIMEOUT_MS = 10000;
const MOST_BYTES = 262144;
/** Failures in a row after which the state is unknown. */
const MOST_FAILURES = 2;

/** A failure with a reason in words. */
class Trouble extends Error {
  /**
   * @param {string} reason
   * @param {number} [waitS] that the server asks for
   */
  constructor(reason, waitS = 0) {
    super(reason);
    this.waitS = waitS;
  }
}

export class Feed {
  /**
   * @param {string} address
   * @param {{pollS: number, staleS: number}} settings
   * @param {(body: string) => void} answer takes each answer
   * @param {(reason: string) => void} trouble says why there is none
   */
  constructor(address, settings, answer, trouble) {
    this.address = address;
    this.host = new URL(address, document.baseURI).host || 'the status address';
    this.settings = settings;
    this.answer = answer;
    this.trouble = trouble;
    this.failures = 0;
    this.wake = () => {};
    this.staleTimer = 0;
  }

  /** Asks now, and from now on. */
  async run() {
    this.heard();
    for (;;) {
      let wait = jittered(this.settings.pollS, Math.random());
      try {
        const streamed = await this.ask();
        this.failures = 0;
        if (streamed) wait = backoff(1, Math.random());
      } catch (error) {
        this.failures += 1;
        const waitS = error instanceof Trouble ? error.waitS : 0;
        wait = Math.max(waitS, backoff(this.failures, Math.random()));
        if (this.failures >= MOST_FAILURES) this.trouble(this.reason(error));
      }
      await this.pause(wait);
    }
  }

  /** Ends a pause: the page is visible or on-line again. */
  askNow() {
    this.wake();
  }

  /** @param {number} seconds */
  pause(seconds) {
    return /** @type {Promise<void>} */ (new Promise((resolve) => {
      const timer = setTimeout(resolve, 1000 * seconds);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    }));
  }

  /** Begins to wait for the next answer. */
  heard() {
    clearTimeout(this.staleTimer);
    const { staleS } = this.settings;
    this.staleTimer = setTimeout(() => {
      this.trouble(`no answer from ${this.host} for ${Math.round(staleS)} s`);
    }, 1000 * staleS);
  }

  /** @param {string} body */
  take(body) {
    this.heard();
    this.answer(body);
  }

  /** Makes a request. Returns true if the answer was a stream, which has ended. */
  async ask() {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), TIMEOUT_MS);
    try {
      const response = await fetch(this.address, {
        headers: { accept: 'text/event-stream, application/json' },
        cache: 'no-cache',
        credentials: 'same-origin',
        referrerPolicy: 'no-referrer',
        signal: abort.signal,
      });
      if (!response.ok) {
        const waitS = retryAfter(response.headers.get('retry-after'), Date.now());
        abort.abort();
        throw new Trouble(`${this.host} answered ${response.status}`, waitS);
      }
      if (!response.headers.get('content-type')?.startsWith('text/event-stream')) {
        this.take(await this.body(response, abort));
        return false;
      }
      clearTimeout(timer);
      await this.listen(response, abort);
      return true;
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * @param {Response} response
   * @param {AbortController} abort
   */
  async body(response, abort) {
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    for (;;) {
      const piece = await reader?.read();
      if (!piece || piece.done) return text;
      text += piece.value;
      if (text.length > MOST_BYTES) {
        abort.abort();
        throw new Trouble(`${this.host} answered with more than ${MOST_BYTES / 1024} kB`);
      }
    }
  }

  /**
   * Reads events until the stream ends or falls silent.
   * @param {Response} response
   * @param {AbortController} abort
   */
  async listen(response, abort) {
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    const parser = new EventParser();
    let heard = false;
    for (;;) {
      const silence = setTimeout(() => abort.abort(), 1000 * this.settings.staleS);
      const piece = await reader?.read().finally(() => clearTimeout(silence));
      if (!piece || piece.done) break;
      // A comment says that the last event still holds.
      if (heard) this.heard();
      for (const event of parser.push(piece.value)) {
        heard = true;
        this.failures = 0;
        this.take(event);
      }
    }
    if (!heard) throw new Trouble(`${this.host} ended the stream without a word`);
  }

  /** @param {unknown} error */
  reason(error) {
    if (error instanceof Trouble) return error.message;
    if (error instanceof DOMException && error.name === 'AbortError') return `no answer from ${this.host}`;
    return `no answer from ${this.host}, or none that this page may read`;
  }
}
