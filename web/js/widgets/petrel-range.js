/**
 * <petrel-range>: which stretch of event time is shown. Told `range` (detail: the Range).
 */

import { h, icon } from '../dom.js';
import { rangeLabel, neighbour, PRESETS, isSameRange, widerPeriod } from '../range.js';
import { stamp } from '../format.js';
import { menuButton, menuItem } from './menu.js';

const CLOCK = 'M8 1.800a6.200 6.200 0 1 1 0 12.400a6.200 6.200 0 1 1 0-12.400zM8 4.500v3.700l2.500 1.500';
const STEPS = [
  { label: 'Earlier', key: 'earlier', path: 'M10 3.500L5.500 8l4.500 4.500', change: (period) => neighbour(period, -1) },
  { label: 'Wider', key: 'wider', path: 'M3 8h10', change: (period) => widerPeriod(period, Date.now()) },
  { label: 'Later', key: 'later', path: 'M6 3.500l4.500 4.500-4.500 4.500', change: (period) => neighbour(period, 1) },
];

customElements.define('petrel-range', class extends HTMLElement {
  /** @type {import('../range.js').Range} */
  #range = { last: '24h' };
  /** What the range means now. @type {import('../range.js').Period|null} */
  #period = null;
  #label = h('span.range-label');
  #menu = menuButton(h('span.range-button', {}, icon(CLOCK, 'icon', { stroke: true }), this.#label), (close) => this.#content(close),
    { testid: 'range', title: 'Time range' });

  connectedCallback() {
    if (this.firstChild) return;
    const steps = STEPS.map(({ label, key, path, change }) => h('button.icon-button', {
      type: 'button', 'aria-label': `${label} time range`, title: label, data: { testid: `range-${key}` },
      on: { click: () => this.#step(change) },
    }, icon(path, 'icon', { stroke: true })));
    this.append(this.#menu.button, this.#menu.menu, h('span.range-steps', {}, ...steps));
  }

  /** @param {import('../range.js').Range} range @param {import('../range.js').Period|null} period */
  show(range, period) {
    this.#range = range;
    this.#period = period;
    this.#label.textContent = rangeLabel(range);
    this.#menu.button.title = period ? `${stamp(period.from)} – ${stamp(period.to)}` : '';
  }

  open() {
    this.#menu.menu.showPopover({ source: this.#menu.button });
  }

  #step(change) {
    if (this.#period) this.#choose(change(this.#period));
  }

  #choose(range) {
    this.dispatchEvent(new CustomEvent('range', { detail: range, bubbles: true }));
  }

  #content(close) {
    const choose = (range) => {
      close();
      this.#choose(range);
    };
    const [from, to] = ['from', 'to'].map((name) => h('input.field', {
      type: 'datetime-local', step: 1, 'aria-label': name === 'from' ? 'From' : 'To', required: true,
      value: this.#period ? stamp(this.#period[name]).replace(' ', 'T') : null, data: { testid: `range-${name}` },
    }));
    const wrong = h('p.menu-note', { role: 'alert' });
    const form = h('form.range-form', {}, from, to, h('button.tool.primary', { type: 'submit', text: 'Show' }), wrong);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const range = { from: Date.parse(/** @type {any} */ (from).value), to: Date.parse(/** @type {any} */ (to).value) };
      if (range.from < range.to) choose(range);
      else wrong.textContent = 'The end must be behind the beginning.';
    });
    // A narrow screen has no room for the steps beside the button.
    const steps = h('div.range-menu-steps.touch-only', {}, ...STEPS.map(({ label, key, path, change }) => h('button.tool.small', {
      type: 'button', data: { testid: `menu-${key}` }, on: { click: () => this.#step(change) },
    }, icon(path, 'icon', { stroke: true }), label)));
    return [steps, ...PRESETS.map(({ label, ...range }) => menuItem(label, () => choose(range), { checked: isSameRange(range, this.#range), testid: `preset-${range.last ?? 'all'}` })),
      h('hr'), h('h2', { text: 'From and to, in your zone' }), form];
  }
});
