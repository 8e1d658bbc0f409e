/**
 * What a thing's page shows, as the fragment of its link says it: range, comparison, noise lens and whether it follows live.
 */

import { canFollow, readFollows, writeFollows } from '../explore/follow.js';
import { fragment, setFragment } from '../fragment.js';
import { readLens, writeLens } from '../noise.js';
import { readRange, writeRange } from '../range.js';

/**
 * @typedef {object} View
 * @property {import('../range.js').Range} range
 * @property {boolean} compare whether the period before stands beside every number
 * @property {boolean} hidesNoise whether the noise lens is on
 * @property {boolean} follows whether it follows live; never where the range has fixed ends
 */

/** Who asks for a thing wants to know everything of it. @type {import('../range.js').Range} */
const STANDARD = { all: true };

/** Reads the page's link. @returns {View} */
export function readView() {
  const values = fragment();
  const range = readRange(values, STANDARD);
  return { range, compare: values.get('compare') === 'previous', hidesNoise: readLens(values), follows: readFollows(values) && canFollow(range) };
}

/** Writes the page's link, with an entry in the browser's history. What is standard is left out. @param {View} view */
export function writeView({ range, compare, hidesNoise, follows }) {
  const values = new URLSearchParams();
  writeRange(range, values, STANDARD);
  setFragment({
    range: values.get('range'), from: values.get('from'), to: values.get('to'), compare: compare ? 'previous' : null, noise: writeLens(hidesNoise),
    live: writeFollows(follows && canFollow(range)),
  }, true);
}

/** Whether two views ask the server the same. @param {View} one @param {View} other */
export const asksTheSame = (one, other) => ['range', 'compare', 'hidesNoise'].every((key) => JSON.stringify(one[key]) === JSON.stringify(other[key]));

/** Whether a view has a period before it to be compared with. @param {View} view */
export const isCompared = ({ range, compare }) => compare && !('all' in range);
