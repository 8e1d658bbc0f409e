/**
 * <petrel-sources>: the sources, whether they run, how much they bring and how far they are behind.
 */

import { h } from '../dom.js';
import { duration, rate } from '../format.js';

const MOST_SOURCES = 5;

customElements.define('petrel-sources', class extends HTMLElement {
  #list = h('ul.source-list');
  #shown = '';

  /** @param {import('../model.js').Model} model */
  connect(model) {
    this.append(h('h2', { text: 'Sources' }), this.#list);
    this.hidden = true;
    model.addEventListener('change', () => this.#show(model.snapshot));
  }

  #show({ mode, sources = [] }) {
    this.hidden = sources.length === 0;
    const shown = JSON.stringify([mode, sources]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const rows = sources.slice(0, MOST_SOURCES).map(({ name, state, rate: perSecond, lag }) => h('li', { title: `${name}: ${state}` },
      h('i.state', { data: { state } }), h('span.name', { text: name }),
      h('span.number', { text: `${rate(perSecond)}/s` }),
      h('span.number', { text: mode === 'replay' || lag === null || lag === undefined ? '–' : duration(lag), title: 'lag' })));
    if (sources.length > MOST_SOURCES) rows.push(h('li.quiet', { text: `${sources.length - MOST_SOURCES} more` }));
    this.#list.replaceChildren(...rows);
  }
});
