// What was baked into the file, and what the address overrides. Pure.

/**
 * @typedef {{name: string}} Theme
 * @typedef {{name: string, caption: string, alarm: 'high' | 'medium' | 'technical', stars: string}} Glitch
 * @typedef {{word: string, alarm: 'high' | 'medium' | 'technical' | null, stars: string}} Verdict
 * @typedef {object} Baked
 * @property {string | null} title
 * @property {string[]} statusUrls
 * @property {number} pollS
 * @property {number} staleS
 * @property {string} theme
 * @property {number | null} seed null: a new one for each visit
 * @property {number} bpm
 * @property {number} hrv
 * @property {number} rate glitches per minute
 * @property {number} pool the glitches to draw from: bit n is row n of `glitches`
 * @property {boolean} sound
 * @property {Theme[]} themes
 * @property {Glitch[]} glitches
 * @property {Verdict[]} verdicts the most severe first; the core numbers them so
 *
 * @typedef {Baked & {status: number | null}} Settings
 * `status` is the index of the verdict to show without asking anybody.
 */

/**
 * Settings with the valid parameters of the query. Unknown and invalid ones are ignored.
 * @param {Baked} baked
 * @param {string} query
 * @returns {Settings}
 */
export function overridden(baked, query) {
  const asked = new URLSearchParams(query);
  const settings = { ...baked, status: /** @type {number | null} */ (null) };
  settings.seed = whole(asked.get('seed'), 0, 4294967295) ?? settings.seed;
  settings.bpm = decimal(asked.get('bpm'), 30, 180) ?? settings.bpm;
  settings.rate = decimal(asked.get('rate'), 0, 60) ?? settings.rate;
  const theme = asked.get('theme');
  if (baked.themes.some((one) => one.name === theme)) settings.theme = theme ?? settings.theme;
  settings.pool = poolOf(asked.get('glitch'), baked.glitches) ?? settings.pool;
  const status = baked.verdicts.findIndex(({ word }) => word === asked.get('status'));
  if (status >= 0) settings.status = status;
  const sound = asked.get('sound');
  if (sound === 'on' || sound === '1') settings.sound = true;
  if (sound === 'off' || sound === '0') settings.sound = false;
  return settings;
}

/**
 * @param {string | null} text
 * @param {number} least
 * @param {number} most
 */
function decimal(text, least, most) {
  if (text === null || !/^\d{1,10}(\.\d{1,10})?$/.test(text)) return null;
  const value = Number(text);
  return value >= least && value <= most ? value : null;
}

/**
 * @param {string | null} text
 * @param {number} least
 * @param {number} most
 */
function whole(text, least, most) {
  const value = decimal(text, least, most);
  return Number.isInteger(value) ? value : null;
}

/**
 * The bits of a pool: names with commas between them, `all` or `none`.
 * @param {string | null} text
 * @param {Glitch[]} glitches
 */
function poolOf(text, glitches) {
  if (text === null) return null;
  if (text === 'all') return 2 ** glitches.length - 1;
  if (text === 'none') return 0;
  const rows = text.split(',').map((name) => glitches.findIndex((glitch) => glitch.name === name));
  return rows.includes(-1) ? null : rows.reduce((pool, row) => pool | (1 << row), 0);
}
