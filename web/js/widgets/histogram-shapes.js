/**
 * The geometry of a histogram: pure functions from counts to paths. Lengths are CSS pixels.
 */

/** Steps of an axis that people count in. */
const ROUND = [1, 2, 3, 4, 5, 6, 8, 10];

/** Months between labels where days would be too many. */
const MONTH_STEPS = [1, 2, 3, 6, 12, 24, 60];

/** Steps of time between the labels of an axis, in milliseconds. */
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const TIME_STEPS = [1000, 5000, 15_000, 30_000, MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY];

/** The least round number that is not below a value: the top of an axis. @param {number} value */
export function ceiling(value) {
  if (value <= 4) return 4;
  const power = 10 ** Math.floor(Math.log10(value));
  // Half of it is a label, too.
  return ROUND.map((step) => step * power).find((step) => step >= value && step % 2 === 0);
}

/**
 * Times at which an axis bears labels, on round times of the viewer's zone.
 * @param {number} from
 * @param {number} to
 * @param {number} most labels
 * @returns {{time: number, step: number}[]}
 */
export function timeTicks(from, to, most) {
  const step = TIME_STEPS.find((size) => (to - from) / size <= most);
  if (!step) return monthTicks(from, to, most);
  const shift = new Date(from).getTimezoneOffset() * MINUTE;
  const ticks = [];
  for (let time = Math.ceil((from - shift) / step) * step + shift; time < to; time += step) ticks.push({ time, step });
  return ticks;
}

/** The first days of months. */
function monthTicks(from, to, most) {
  const months = MONTH_STEPS.find((number) => (to - from) / (number * 30 * DAY) <= most) ?? MONTH_STEPS.at(-1);
  const ticks = [];
  const at = new Date(from);
  for (let month = Math.ceil(at.getMonth() / months) * months; ; month += months) {
    const time = new Date(at.getFullYear(), month, 1).getTime();
    if (time >= to) return ticks;
    if (time >= from) ticks.push({ time, step: months * 30 * DAY });
  }
}

/**
 * @typedef {object} Series
 * @property {string|null} name null is what is beyond the palette, empty what lacks the field
 * @property {number} total
 * @property {number} [previous] its total in the period before, where that is compared
 * @property {Map<number, number>} counts by the starts of the spans
 */

/**
 * Adds counts up to series that lie on one another, the most frequent below; what is beyond the palette is one series.
 * @param {{start: number, value?: any, count: number, previous?: number}[]} spans
 * @param {number} most series
 * @returns {Series[]}
 */
export function seriesOf(spans, most) {
  const series = new Map();
  for (const { start, value, count, previous } of spans) {
    const name = String(value);
    if (!series.has(name)) series.set(name, { name, total: 0, counts: new Map() });
    const one = series.get(name);
    one.total += count;
    if (previous !== undefined) one.previous = (one.previous ?? 0) + previous;
    one.counts.set(start, (one.counts.get(start) ?? 0) + count);
  }
  const sorted = [...series.values()].sort((one, other) => other.total - one.total || (one.name < other.name ? -1 : 1));
  if (sorted.length <= most) return sorted;
  const rest = { name: null, total: 0, counts: new Map() };
  for (const one of sorted.slice(most)) {
    rest.total += one.total;
    if (one.previous !== undefined) rest.previous = (rest.previous ?? 0) + one.previous;
    for (const [start, count] of one.counts) rest.counts.set(start, (rest.counts.get(start) ?? 0) + count);
  }
  return [...sorted.slice(0, most), rest];
}

/** What is in the totals and in no series: events that lack the field by which the chart is split. */
export function remainder(totals, series) {
  const counts = new Map();
  let total = 0;
  for (const [start, count] of totals) {
    const left = count - series.reduce((sum, one) => sum + (one.counts.get(start) ?? 0), 0);
    if (left > 0) {
      counts.set(start, left);
      total += left;
    }
  }
  return { name: '', total, counts };
}

/**
 * Paths of stacked bars, one for each series.
 * @param {{counts: Map<number, number>}[]} series from below to above
 * @param {{from: number, to: number, step: number, width: number, height: number, most: number}} frame
 * @returns {string[]}
 */
export function stackedBars(series, { from, to, step, width, height, most }) {
  const scale = width / (to - from);
  const lifted = new Map();
  return series.map(({ counts }) => {
    const parts = [];
    for (const [start, count] of counts) {
      const left = Math.max(0, Math.round((start - from) * scale));
      const right = Math.min(width, Math.round((start + step - from) * scale));
      const gap = right - left > 3 ? 1 : 0;
      const below = lifted.get(start) ?? 0;
      const y1 = height - Math.round((below / most) * height);
      // A span with events is never drawn as one without.
      const y2 = Math.min(height - Math.round(((below + count) / most) * height), y1 - 1);
      lifted.set(start, below + count);
      parts.push(`M${left} ${y1}V${y2}H${Math.max(left + 1, right - gap)}V${y1}z`);
    }
    return parts.join('');
  });
}

/** A line in steps over the counts of an earlier period. */
export function outline(counts, { from, to, step, width, height, most }) {
  const scale = width / (to - from);
  const parts = [];
  let isDown = false;
  for (let start = Math.floor(from / step) * step; start < to; start += step) {
    const y = height - Math.round((Math.min(counts.get(start) ?? 0, most) / most) * height);
    const left = Math.max(0, Math.round((start - from) * scale));
    const right = Math.min(width, Math.round((start + step - from) * scale));
    parts.push(`${isDown ? 'L' : 'M'}${left} ${y}H${right}`);
    isDown = true;
  }
  return parts.join('');
}
