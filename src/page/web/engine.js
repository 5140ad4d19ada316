// The page's side of the painter: starts it where it may run, and draws the grounds for it.

import { Heart } from './heart.js';
import { Painter } from './painter.js';

/** How long a worker may take to start, in milliseconds. */
const START_MS = 3000;

/**
 * @typedef {import('./painter.js').Command} Command
 * @typedef {import('./painter.js').PainterEvent} PainterEvent
 */

export class Engine {
  /** @param {(event: PainterEvent) => void} tell */
  constructor(tell) {
    this.tell = tell;
    /** @type {Worker | null} */
    this.worker = null;
    /** @type {Painter | null} */
    this.painter = null;
    this.hear = this.hear.bind(this);
  }

  /**
   * @param {Promise<ArrayBuffer>} bytes of the core; the worker starts meanwhile
   * @param {string | null} script the text of a worker; null draws on the page itself
   */
  async start(bytes, script) {
    if (script !== null && 'transferControlToOffscreen' in HTMLCanvasElement.prototype) {
      this.worker = await startWorker(bytes, script);
    }
    if (this.worker) {
      this.worker.onmessage = (message) => this.hear(message.data);
      this.worker.onerror = () => this.tell({ is: 'failed', reason: 'the drawing stopped' });
    } else {
      this.painter = new Painter(await Heart.start(await bytes), this.hear);
    }
  }

  /**
   * @param {number} lead
   * @param {HTMLCanvasElement} canvas
   * @param {number} seed
   */
  add(lead, canvas, seed) {
    if (this.worker) {
      const offscreen = canvas.transferControlToOffscreen();
      this.worker.postMessage({ is: 'add', lead, canvas: offscreen, seed }, [offscreen]);
    } else {
      this.send({ is: 'add', lead, canvas, seed });
    }
  }

  /**
   * @param {Command} command
   * @param {Transferable[]} [transfer]
   */
  send(command, transfer = []) {
    if (this.worker) this.worker.postMessage(command, transfer);
    else this.painter?.receive(command);
  }

  stop() {
    this.worker?.terminate();
    this.worker = null;
    this.painter = null;
  }

  /** @param {PainterEvent} event */
  hear(event) {
    if (event.is === 'ground') this.drawGround(event);
    else this.tell(event);
  }

  /** @param {Extract<PainterEvent, {is: 'ground'}>} event */
  async drawGround({ lead, serial, markup, width, height }) {
    const pixels = await rasterised(markup, width, height).catch(() => null);
    this.send({ is: 'ground', lead, serial, pixels }, pixels ? [pixels] : []);
  }
}

/**
 * A worker that is ready to draw; null where there can be none.
 * @param {Promise<ArrayBuffer>} bytes
 * @param {string} script
 * @returns {Promise<Worker | null>}
 */
function startWorker(bytes, script) {
  return new Promise((resolve) => {
    /** @type {Worker} */
    let worker;
    const address = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
    try {
      worker = new Worker(address);
    } catch {
      resolve(null);
      return;
    }
    /** @param {boolean} ready */
    const answer = (ready) => {
      clearTimeout(timer);
      URL.revokeObjectURL(address);
      if (!ready) worker.terminate();
      resolve(ready ? worker : null);
    };
    const timer = setTimeout(answer, START_MS, false);
    worker.onerror = (event) => {
      event.preventDefault();
      answer(false);
    };
    worker.onmessage = (message) => answer(message.data.is === 'ready');
    bytes.then((core) => worker.postMessage(core), () => answer(false));
  });
}

/**
 * The pixels of an SVG document.
 * @param {string} markup
 * @param {number} width
 * @param {number} height
 */
async function rasterised(markup, width, height) {
  const image = new Image(width, height);
  image.src = `data:image/svg+xml,${encodeURIComponent(markup)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true });
  if (!context) return null;
  context.drawImage(image, 0, 0, width, height);
  return context.getImageData(0, 0, width, height).data.buffer;
}
