/**
 * The stretch of stored time that the time bar shows, and how many events it has.
 */

import { ask, isAbort } from '../api.js';
import { resolve, stepFor } from '../range.js';

const BARS = 140;

/** Tells `chart` (detail: Chart of petrel-histogram, null where nothing is stored) and `fault` (detail: error). */
export class Timeline extends EventTarget {
  /** @type {import('../range.js').Period|null} */
  period = null;
  /** What the period was chosen by. @type {import('../range.js').Range} */
  range = { last: '24h' };
  /** @type {AbortController|null} */
  #abort = null;

  /**
   * Asks how many events there are.
   * @param {import('../range.js').Range} range
   * @param {string} q
   * @param {boolean} [isSame] whether a stretch up to now stays the one that is shown
   */
  async show(range, q, isSame = false) {
    this.range = range;
    this.#abort?.abort();
    const { signal } = this.#abort = new AbortController();
    try {
      const period = isSame && this.period && !('all' in range) ? this.period : await periodOf(range, q, signal);
      this.period = period;
      if (!period) return void this.#tell('chart');
      const step = stepFor(period, BARS);
      const { spans } = await ask('histogram', { q, ...period, interval: step.text }, signal);
      this.#tell('chart', { ...period, step: step.length, spans: spans.map(({ start, count }) => ({ start: Date.parse(start), count })) });
    } catch (error) {
      if (!isAbort(error) && !signal.aborted) this.#tell('fault', error);
    }
  }

  #tell(type, detail = null) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** From when to when; everything reaches from the first event to the last. */
async function periodOf(range, q, signal) {
  const period = resolve(range, Date.now());
  if (period) return { from: Math.floor(period.from), to: Math.ceil(period.to) };
  const { count, first, last } = await ask('seen', { q }, signal);
  return count ? { from: Math.floor(Date.parse(first)), to: Math.ceil(Date.parse(last)) + 1 } : null;
}
