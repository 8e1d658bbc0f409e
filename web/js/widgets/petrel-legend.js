/**
 * <petrel-legend>: what the colours and shapes mean, how many of each there are, and which are shown.
 */

import { h, setText } from '../dom.js';
import { count, shortCount } from '../format.js';
import { TYPES, typeGlyph } from '../types.js';
import { legendKey } from './legend-key.js';
import { onLongPress } from './long-press.js';

customElements.define('petrel-legend', class extends HTMLElement {
  #numbers = new Map();
  #buttons = new Map();
  #posts = h('span.number', { text: '–' });
  #all = h('button.chip.chip-all', { type: 'button', text: 'Show all', hidden: true, data: { testid: 'legend-all' } });

  /** @param {import('../model.js').Model} model */
  connect(model) {
    this.setAttribute('role', 'group');
    this.setAttribute('aria-label', 'Attack types shown');
    for (const { id, label } of TYPES) {
      const number = h('span.number', { text: '–' });
      const choose = (event) => (event.altKey || event.shiftKey ? model.filter.solo(id) : model.filter.toggle(id));
      const button = h('button.chip', {
        type: 'button', title: `${label}: click shows or hides; Shift-click, or a long press, shows it alone`, data: { testid: 'legend-type', key: id },
        on: { click: choose },
      }, typeGlyph(id), h('span.name', { text: label }), number);
      onLongPress(button, () => model.filter.solo(id));
      this.#numbers.set(id, number);
      this.#buttons.set(id, button);
      this.append(button);
    }
    this.append(h('span.chip.chip-posts', {
      title: 'A diamond is a post with a place: the one it states, or that of an address it names; hollow where only the country is known',
      data: { testid: 'legend-posts' },
    }, h('span.post-mark', { 'aria-hidden': 'true' }), h('span.name', { text: 'Posts' }), this.#posts));
    this.#all.addEventListener('click', () => model.filter.showAll());
    this.append(h('div.legend-end', {}, ...legendKey(model), this.#all));
    const showFilter = () => {
      for (const [id, button] of this.#buttons) button.setAttribute('aria-pressed', String(model.filter.shows(id)));
      this.#all.hidden = !model.filter.active;
    };
    model.filter.addEventListener('change', showFilter);
    model.addEventListener('change', () => this.#show(model.snapshot.types, model.snapshot.totals.posts ?? 0));
    showFilter();
  }

  #show(types, posts) {
    setText(this.#posts, shortCount(posts));
    this.#posts.title = count(posts);
    this.#posts.dataset.count = posts;
    for (const [id, number] of this.#numbers) {
      const value = types[id] ?? 0;
      setText(number, shortCount(value));
      number.title = count(value);
      number.dataset.count = value;
    }
  }
});
