// The title of the document and its icon tell the state, the icon by shape and colour.

import { wordOf } from './words.js';

/** The trace in the icon of each verdict, 32 by 32. */
const SHAPES = /** @type {Record<string, string>} */ ({
  passed: 'M3 18h7l2-3 3 3 3-13 4 20 2-7h5',
  flaky: 'M3 18h3l3-12 3 18 2-6h2l3-12 3 18 2-6h5',
  running: 'M3 18h2l2-9 3 14 2-5h1l2-9 3 14 2-5h1l2-9 3 14 2-5h1',
  failed: 'M3 17h26',
  stopped: 'M11 8v16M21 8v16',
  unknown: 'M3 17h4m4 0h4m4 0h4m4 0h2',
});

/**
 * @param {import('./status.js').Status} worst
 * @param {string | null} alarm of the worst: its colour is a custom property of the theme
 * @param {string} title
 * @param {string} count of several leads, such as "1 failed, 3 passed"
 */
export function markDocument(worst, alarm, title, count) {
  document.title = [count || wordOf(worst), title].filter(Boolean).join(' · ');
  const theme = getComputedStyle(document.documentElement);
  const colour = theme.getPropertyValue(`--${alarm ?? 'trace'}`).trim();
  const ground = theme.getPropertyValue('--ground').trim();
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
    + `<rect width="32" height="32" rx="7" fill="${ground}"/><path d="${SHAPES[worst.verdict]}" fill="none" `
    + `stroke="${colour}" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"/></svg>`;
  for (const link of document.querySelectorAll('link[rel~=icon]')) link.remove();
  const link = document.createElement('link');
  link.rel = 'icon';
  link.href = `data:image/svg+xml,${encodeURIComponent(svg)}`;
  document.head.append(link);
}
