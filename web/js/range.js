/**
 * Ranges of event time: a length up to now, fixed ends, or everything that is stored. Times are Unix milliseconds.
 */

import { duration, period } from './format.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const UNITS = { s: SECOND, m: MINUTE, h: HOUR, d: DAY };

/**
 * @typedef {{last: string} | {from: number, to: number} | {all: true}} Range `last` is a span such as `24h`
 * @typedef {{from: number, to: number}} Period
 */

/** What the menu offers. */
export const PRESETS = [
  { last: '15m', label: 'Last 15 minutes' }, { last: '1h', label: 'Last hour' }, { last: '6h', label: 'Last 6 hours' },
  { last: '24h', label: 'Last 24 hours' }, { last: '7d', label: 'Last 7 days' }, { last: '30d', label: 'Last 30 days' },
  { last: '90d', label: 'Last 90 days' }, { all: true, label: 'Everything stored' },
];

/** What a screen shows that nobody has asked for anything else. @type {Range} */
export const STANDARD = { last: '24h' };

/** `24h` in milliseconds; null when it is no span. @param {string} text */
export function spanLength(text) {
  const match = /^(\d{1,6})([smhd])$/.exec(text ?? '');
  return match ? Number(match[1]) * UNITS[match[2]] : null;
}

/** Reads a range from a link's parameters; the standard where they say none. @param {URLSearchParams} values @param {Range} [standard] @returns {Range} */
export function readRange(values, standard = STANDARD) {
  const [from, to] = ['from', 'to'].map((name) => Date.parse(values.get(name) ?? ''));
  if (from < to) return { from, to };
  const text = values.get('range');
  if (text === 'all') return { all: true };
  return spanLength(text) ? { last: text } : standard;
}

/** Writes a range into a link's parameters; the standard is left out. @param {Range} range @param {URLSearchParams} values @param {Range} [standard] */
export function writeRange(range, values, standard = STANDARD) {
  if ('from' in range) {
    values.set('from', new Date(range.from).toISOString());
    values.set('to', new Date(range.to).toISOString());
  } else if (!isSameRange(range, standard)) values.set('range', 'all' in range ? 'all' : range.last);
}

/** The times that a range means now; null for everything. @param {Range} range @param {number} now @returns {Period|null} */
export function resolve(range, now) {
  if ('from' in range) return { from: range.from, to: range.to };
  if ('all' in range) return null;
  return { from: now - spanLength(range.last), to: now };
}

/** A range in words. @param {Range} range */
export function rangeLabel(range) {
  if ('from' in range) return period(range.from, range.to);
  if ('all' in range) return 'Everything stored';
  return PRESETS.find(({ last }) => last === range.last)?.label ?? `Last ${duration(spanLength(range.last) / 1000)}`;
}

/** Whether two ranges are the same. @param {Range} one @param {Range} other */
export const isSameRange = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** Twice as long around the same middle. @param {Period} period @param {number} now @returns {Range} */
export function widerPeriod({ from, to }, now) {
  const half = Math.max(SECOND, (to - from) / 2);
  const end = Math.min(Math.round(to + half), Math.max(now, to));
  return { from: Math.round(from - half), to: end };
}

/** The one of the same length before (-1) or behind (1). @param {Period} period @param {number} direction @returns {Range} */
export const neighbour = ({ from, to }, direction) => ({ from: from + direction * (to - from), to: to + direction * (to - from) });

const STEPS = [
  ['1s', SECOND], ['5s', 5 * SECOND], ['15s', 15 * SECOND], ['30s', 30 * SECOND], ['1m', MINUTE], ['5m', 5 * MINUTE], ['15m', 15 * MINUTE],
  ['30m', 30 * MINUTE], ['1h', HOUR], ['3h', 3 * HOUR], ['6h', 6 * HOUR], ['12h', 12 * HOUR], ['1d', DAY], ['7d', 7 * DAY], ['30d', 30 * DAY],
  ['90d', 90 * DAY], ['365d', 365 * DAY],
];

/**
 * The finest step that cuts a period into at most so many spans.
 * @param {Period} period
 * @param {number} most
 * @returns {{text: string, length: number}} `text` as the API has it, `length` in milliseconds
 */
export function stepFor({ from, to }, most) {
  const [text, length] = STEPS.find(([, size]) => (to - from) / size <= most) ?? STEPS.at(-1);
  return { text, length };
}

/** A step in words: `15 min`. @param {number} length */
export const stepLabel = (length) => duration(length / 1000).replace('.0 ', ' ');
