// The compiled core: memory, numbers and texts.

/**
 * The bytes of the core, from base64 of a deflated module.
 * @param {string} packed
 * @returns {Promise<ArrayBuffer>}
 */
export async function unpack(packed) {
  if (typeof DecompressionStream === 'undefined') throw new Error('DecompressionStream is missing');
  const bytes = Uint8Array.from(atob(packed.trim()), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Response(stream).arrayBuffer();
}

/** An instance of the core. */
export class Heart {
  /** @param {WebAssembly.Instance} instance */
  constructor(instance) {
    /** @type {Record<string, (...numbers: number[]) => number>} */
    this.core = /** @type {any} */ (instance.exports);
    this.memory = /** @type {WebAssembly.Memory} */ (instance.exports.memory);
    this.encoder = new TextEncoder();
    this.decoder = new TextDecoder();
  }

  /** @param {ArrayBuffer} bytes */
  static async start(bytes) {
    if (typeof WebAssembly === 'undefined') throw new Error('WebAssembly is missing');
    const { instance } = await WebAssembly.instantiate(bytes, {});
    return new Heart(instance);
  }

  /**
   * Hands a text to the next function that takes one.
   * @param {string} text
   */
  give(text) {
    const bytes = this.encoder.encode(text);
    const address = this.core.text_buffer(bytes.length);
    new Uint8Array(this.memory.buffer, address, bytes.length).set(bytes);
  }

  /** The text that the last function left. */
  take() {
    const bytes = new Uint8Array(this.memory.buffer, this.core.text_addr(), this.core.text_len());
    return this.decoder.decode(bytes);
  }

  /**
   * Foreign text made safe to show.
   * @param {string} text
   */
  sanitized(text) {
    this.give(text.slice(0, 2000));
    this.core.sanitize();
    return this.take();
  }

  /**
   * The verdict of a word of any CI system, -1 if the word is unknown.
   * @param {string} word
   */
  verdict(word) {
    this.give(word.slice(0, 100));
    return this.core.verdict();
  }

  /**
   * The verdict of a shields badge.
   * @param {string} message
   * @param {string} colour a name or hexadecimal digits, or nothing
   * @param {boolean} isError
   */
  badgeVerdict(message, colour, isError) {
    this.give(message + colour);
    return this.core.badge_verdict(this.encoder.encode(colour).length, isError ? 1 : 0);
  }
}
