/**
 * What the workbench shows, as its link says it: query, noise lens, range, whether it follows live, split, columns, order, comparison and the
 * open event.
 */

import { STANDARD_COLUMNS } from '../fields.js';
import { readLens, throughLens, writeLens } from '../noise.js';
import { readRange, writeRange } from '../range.js';
import { canFollow, readFollows, writeFollows } from './follow.js';

/**
 * @typedef {object} View
 * @property {string} q
 * @property {boolean} hidesNoise whether the noise lens is on
 * @property {import('../range.js').Range} range
 * @property {boolean} follows whether it follows live; never where the range has fixed ends
 * @property {string|null} split
 * @property {string[]} columns
 * @property {'desc'|'asc'} order
 * @property {boolean} compare
 * @property {string|null} event
 */

/** A field's name as a link may bear it. */
const NAME = /^@?[\w.-]{1,100}$/;
const MOST_COLUMNS = 16;

/** Reads a link's query string. @param {string} search @returns {View} */
export function readView(search) {
  const values = new URLSearchParams(search);
  const split = values.get('split');
  const columns = (values.get('columns') ?? '').split(',').filter((name) => NAME.test(name)).slice(0, MOST_COLUMNS);
  const range = readRange(values);
  return {
    q: values.get('q') ?? '',
    hidesNoise: readLens(values),
    range,
    follows: readFollows(values) && canFollow(range),
    split: split && NAME.test(split) ? split : null,
    columns: columns.length ? [...new Set(columns)] : STANDARD_COLUMNS,
    order: values.get('order') === 'asc' ? 'asc' : 'desc',
    compare: values.get('compare') === 'previous',
    event: /^\d{1,19}$/.test(values.get('event') ?? '') ? values.get('event') : null,
  };
}

/** The query string of a view; what is standard is left out. @param {View} view @returns {string} */
export function writeView({ q, hidesNoise, range, follows, split, columns, order, compare, event }) {
  const values = new URLSearchParams();
  if (q) values.set('q', q);
  if (hidesNoise) values.set('noise', writeLens(hidesNoise));
  writeRange(range, values);
  if (follows && canFollow(range)) values.set('live', writeFollows(follows));
  if (split) values.set('split', split);
  if (columns.join() !== STANDARD_COLUMNS.join()) values.set('columns', columns.join(','));
  if (order === 'asc') values.set('order', order);
  if (compare) values.set('compare', 'previous');
  if (event) values.set('event', event);
  return values.toString().replaceAll('%2C', ',').replaceAll('%3A', ':').replaceAll('%40', '@');
}

/** What a view asks: its query through the lens. @param {View} view @returns {View} */
export const asked = (view) => ({ ...view, q: throughLens(view.q, view.hidesNoise) });

/** Whether the browser's way back leads from one view to the other: those that only differ in columns or the open event are one step. @param {View} one @param {View} other */
export const isAnotherStep = (one, other) => !asksTheSame(one, other) || one.order !== other.order || one.follows !== other.follows;

/** Whether two views ask the server the same. @param {View} one @param {View} other */
export const asksTheSame = (one, other) => ['q', 'hidesNoise', 'range', 'split', 'compare'].every((key) => JSON.stringify(one[key]) === JSON.stringify(other[key]));
