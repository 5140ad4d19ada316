// The painter behind the messages of a worker.

import { Heart } from './heart.js';
import { Painter } from './painter.js';

/** Serves the page that started this worker: the first message has the bytes of the core. */
export function serve() {
  const worker = /** @type {any} */ (globalThis);
  /** @type {(event: import('./painter.js').PainterEvent) => void} */
  const tell = (event) => worker.postMessage(event);
  worker.onmessage = async (/** @type {MessageEvent<ArrayBuffer>} */ first) => {
    try {
      if (typeof requestAnimationFrame === 'undefined') throw new Error('no frames in a worker');
      if (!new OffscreenCanvas(1, 1).getContext('2d')) throw new Error('no canvas in a worker');
      const painter = new Painter(await Heart.start(first.data), tell);
      worker.onmessage = (/** @type {MessageEvent} */ message) => painter.receive(message.data);
      tell({ is: 'ready' });
    } catch (error) {
      tell({ is: 'failed', reason: String(error) });
    }
  };
}
