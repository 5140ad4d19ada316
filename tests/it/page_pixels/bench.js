// Drives the page's own modules on a canvas, for `page_pixels.rs`.

import { Engine } from '/engine.js';
import { Heart } from '/heart.js';
import { Trace } from '/trace.js';

/** The core, instantiated. */
async function started() {
  return Heart.start(await (await fetch('/heart.wasm')).arrayBuffer());
}

/** Hands a rhythm over: its beats and episodes as rows of numbers. Returns the lead. */
function handedOver({ core }, { seed, durationS, bpm, beats, episodes }) {
  core.loop_begin(seed, durationS, bpm);
  for (const beat of beats) core.loop_beat(...beat);
  for (const episode of episodes) core.loop_episode(...episode);
  return core.lead_loop();
}

/** The picture of a ground, drawn as the page draws it. */
function pixelsOf(markup, width, height) {
  return new Promise((resolve) => {
    const engine = new Engine(() => {});
    engine.painter = { receive: (command) => resolve(command.pixels) };
    engine.drawGround({ lead: 0, serial: 0, markup, width, height });
  });
}

/** Red, green and blue with full opacity. */
function opaque(rgb) {
  const rgba = new Uint8Array((rgb.length / 3) * 4).fill(255);
  for (let from = 0, to = 0; from < rgb.length; from += 1, to += from % 3 ? 1 : 2) rgba[to] = rgb.charCodeAt(from);
  return rgba.buffer;
}

/** Copies red, green and blue. */
function withoutOpacity(rgba, rgb) {
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    rgb[to] = rgba[from];
    rgb[to + 1] = rgba[from + 1];
    rgb[to + 2] = rgba[from + 2];
  }
}

/**
 * What the canvas shows in the first `until` of `count` frames of a loop, one after the other, on a
 * ground in base64 or on the one that the page draws.
 */
async function* painted({ rhythm, width, height, theme, count, ground }, until) {
  const heart = await started();
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true });
  const trace = new Trace(heart, canvas, 0);
  trace.lead = handedOver(heart, rhythm);
  const markup = trace.lay(width, height, theme, false);
  trace.ground(ground ? opaque(atob(ground)) : await pixelsOf(markup, width, height));
  const rgb = new Uint8Array(3 * width * height);
  for (let frame = 0; frame < until; frame += 1) {
    trace.time = (frame / count) * rhythm.durationS;
    trace.step(0);
    withoutOpacity(context.getImageData(0, 0, width, height).data, rgb);
    yield rgb;
  }
}

/** @param {Uint8Array} bytes */
function base64(bytes) {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

/** The SHA-256 of every frame in base64. */
window.digests = async (job) => {
  const digests = [];
  for await (const rgb of painted(job, job.count)) {
    digests.push(base64(new Uint8Array(await crypto.subtle.digest('SHA-256', rgb))));
  }
  return digests;
};

/** One frame, in base64. */
window.frame = async (job, number) => {
  let last = new Uint8Array();
  for await (const rgb of painted(job, number + 1)) last = rgb;
  return base64(last);
};

/** The bits of the voltage at `count` instants of a rhythm. */
window.voltages = async ({ rhythm, count }) => {
  const heart = await started();
  const lead = handedOver(heart, rhythm);
  const volts = Float64Array.from({ length: count }, (_, n) => heart.core.voltage(lead, (n / count) * rhythm.durationS));
  return new BigUint64Array(volts.buffer).join(' ');
};

document.title = 'ready';
