/**
 * What a thing's page shows, as the fragment of its link says it: range, comparison and noise lens.
 */

import { fragment, setFragment } from '../fragment.js';
import { readLens, writeLens } from '../noise.js';
import { readRange, writeRange } from '../range.js';

/**
 * @typedef {object} View
 * @property {import('../range.js').Range} range
 * @property {boolean} compare whether the period before stands beside every number
 * @property {boolean} hidesNoise whether the noise lens is on
 */

/** Who asks for a thing wants to know everything of it. @type {import('../range.js').Range} */
const STANDARD = { all: true };

/** Reads the page's link. @returns {View} */
export function readView() {
  const values = fragment();
  return { range: readRange(values, STANDARD), compare: values.get('compare') === 'previous', hidesNoise: readLens(values) };
}

/** Writes the page's link, with an entry in the browser's history. What is standard is left out. @param {View} view */
export function writeView({ range, compare, hidesNoise }) {
  const values = new URLSearchParams();
  writeRange(range, values, STANDARD);
  setFragment({
    range: values.get('range'), from: values.get('from'), to: values.get('to'), compare: compare ? 'previous' : null, noise: writeLens(hidesNoise),
  }, true);
}

/** Whether two views are the same. @param {View} one @param {View} other */
export const isSameView = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** Whether a view has a period before it to be compared with. @param {View} view */
export const isCompared = ({ range, compare }) => compare && !('all' in range);
