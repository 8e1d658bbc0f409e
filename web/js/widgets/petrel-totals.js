/**
 * <petrel-totals>: how many attacks, posts and records the window holds, and how many events are stored in all.
 */

import { h, setText } from '../dom.js';
import { count, dateTime, shortCount } from '../format.js';

const SMALL = [['posts', 'Posts'], ['records', 'Records'], ['stored', 'Stored']];

customElements.define('petrel-totals', class extends HTMLElement {
  #attacks = h('output.big-number', { data: { testid: 'total-attacks' } });
  #window = h('span.quiet');
  #small = Object.fromEntries(SMALL.map(([key]) => [key, h('dd', { data: { testid: `total-${key}` } })]));

  /** @param {import('../model.js').Model} model */
  connect(model) {
    this.append(
      h('h2', {}, 'Attacks ', this.#window),
      this.#attacks,
      h('dl.small-totals', {}, ...SMALL.map(([key, label]) => h('div', {}, h('dt', { text: label }), this.#small[key]))),
    );
    model.addEventListener('change', () => this.#show(model.snapshot));
  }

  #show({ totals, window, mode, upTo }) {
    this.dataset.upto = upTo;
    this.#put(this.#attacks, totals.attacks, count);
    for (const [key] of SMALL) this.#put(this.#small[key], totals[key], shortCount);
    setText(this.#window, mode === 'replay' ? 'since the window’s start' : 'last 24 hours');
    if (window) this.#window.title = `${dateTime(window.from)} – ${dateTime(window.to)}`;
  }

  #put(element, value, format) {
    setText(element, format(value));
    element.dataset.count = value;
    element.title = count(value);
  }
});
