/**
 * Following live: asks now and then whether something new was stored, and only then for the numbers.
 */

import { ask, isAbort } from '../api.js';

const INTERVAL_MS = 2500;

/** Whether a link's values say that what it shows follows live. @param {URLSearchParams} values */
export const readFollows = (values) => values.get('live') === 'on';

/** How a link says it; null where it does not. @param {boolean} follows */
export const writeFollows = (follows) => (follows ? 'on' : null);

/** What has fixed ends has no newest events to follow. @param {import('../range.js').Range} range */
export const canFollow = (range) => !('from' in range);

/** Tells `news` when events were stored since the answer on the screen, `fault` (detail: error) when the server is silent. */
export class Follow extends EventTarget {
  #timer = 0;
  #isOn = false;
  /** Id of the last event that the screen knows. @type {() => string|undefined} */
  #known;
  #abort = new AbortController();

  /** @param {() => string|undefined} known */
  constructor(known) {
    super();
    this.#known = known;
  }

  get isOn() {
    return this.#isOn;
  }

  /** @param {boolean} isOn */
  set isOn(isOn) {
    if (isOn === this.#isOn) return;
    this.#isOn = isOn;
    clearTimeout(this.#timer);
    this.#abort.abort();
    this.#abort = new AbortController();
    if (isOn) this.#later(0);
  }

  #later(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(this.#abort.signal), wait);
  }

  async #look(signal) {
    // A page that nobody sees asks nothing; numbers are right again with the first look.
    if (!document.hidden && this.#known() !== undefined) {
      try {
        const now = Date.now();
        const { upTo } = await ask('count', { from: now, to: now + 1 }, signal);
        if (upTo !== this.#known()) this.dispatchEvent(new Event('news'));
      } catch (error) {
        if (isAbort(error)) return;
        this.dispatchEvent(new CustomEvent('fault', { detail: error }));
      }
    }
    if (this.#isOn && !signal.aborted) this.#later(INTERVAL_MS);
  }
}
