/**
 * Where a replay stands on the time bar: the chosen window and the clock over the histogram, and a slider for the keyboard.
 */

import { h } from '../dom.js';
import { stamp } from '../format.js';
import { PLOT_LEFT } from '../widgets/petrel-histogram.js';

/** A pointer that moved less than this has clicked and not dragged. */
const CLICK_PX = 4;
const STEPS = 1000;

/** Marks over a histogram. They let the pointer through: a click seeks, a drag is the histogram's. */
export class Playhead {
  #before = h('i.replay-outside');
  #after = h('i.replay-outside');
  #line = h('i.replay-line', { data: { testid: 'playhead' } });
  element = h('div.replay-marks', { 'aria-hidden': 'true' }, this.#before, this.#after, this.#line);
  slider = /** @type {HTMLInputElement} */ (h('input.replay-slider', { type: 'range', min: 0, max: STEPS, step: 1, 'aria-label': 'Position in the window', data: { testid: 'replay-slider' } }));
  #seek;
  /** @type {import('../range.js').Period|null} what the slider covers */
  #span = null;
  #shown = null;
  #isHeld = false;

  /** @param {(time: number) => void} seek */
  constructor(seek) {
    this.#seek = seek;
    this.slider.addEventListener('input', () => {
      this.#isHeld = true;
      this.#name(this.#time());
    });
    this.slider.addEventListener('change', () => {
      this.#isHeld = false;
      if (this.#span) seek(this.#time());
    });
    queueMicrotask(() => this.#listen());
  }

  /** @param {import('../range.js').Period|null} shown @param {import('../range.js').Period|null} window @param {number|null} clock */
  show(shown, window, clock) {
    this.#shown = shown;
    this.#span = window ?? shown;
    this.slider.disabled = !this.#span;
    this.element.hidden = !shown || !window;
    if (!this.#span) return;
    const at = clock ?? this.#span.from;
    if (!this.#isHeld) {
      this.slider.value = String(Math.round(((at - this.#span.from) / (this.#span.to - this.#span.from)) * STEPS));
      this.#name(at);
    }
    if (!shown || !window) return;
    const share = (time) => Math.max(0, Math.min(1, (time - shown.from) / (shown.to - shown.from)));
    this.#before.style.width = `${share(window.from) * 100}%`;
    this.#after.style.left = `${share(window.to) * 100}%`;
    this.#line.hidden = clock === null || clock < shown.from || clock > shown.to;
    this.#line.style.left = `${share(at) * 100}%`;
  }

  #time() {
    const { from, to } = this.#span;
    return Math.round(from + (Number(this.slider.value) / STEPS) * (to - from));
  }

  #name(time) {
    this.slider.setAttribute('aria-valuetext', stamp(time));
  }

  /** A click on the histogram seeks. What was pressed may be gone when it is let go, so that browsers tell of no click. */
  #listen() {
    const chart = this.element.parentElement;
    let pressedAt = 0;
    chart.addEventListener('pointerdown', ({ clientX }) => { pressedAt = clientX; });
    chart.addEventListener('pointerup', ({ clientX, target }) => {
      if (!this.#shown || Math.abs(clientX - pressedAt) > CLICK_PX || /** @type {Element} */ (target).closest('button')) return;
      const box = chart.getBoundingClientRect();
      const share = (clientX - box.left - PLOT_LEFT) / (box.width - PLOT_LEFT);
      if (share >= 0 && share <= 1) this.#seek(Math.round(this.#shown.from + share * (this.#shown.to - this.#shown.from)));
    });
  }
}
