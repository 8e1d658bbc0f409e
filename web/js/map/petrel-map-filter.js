/**
 * <petrel-map-filter>: which events the map shows, as a query in KQL with a chip for each of its parts.
 */

import { ask, Refusal } from '../api.js';
import { h, icon } from '../dom.js';
import { conjuncts, narrowed, widened } from '../kql.js';
import { exploreAddress } from '../pivots.js';
import '../widgets/petrel-lens.js';
import '../widgets/petrel-query.js';
import { LiveLens } from '../live/live-lens.js';

const FUNNEL = 'M2 3h12l-4.500 5.500V13l-3-1.500v-3z';

customElements.define('petrel-map-filter', class extends HTMLElement {
  /** @type {import('../model.js').Model} */
  #model;
  #field = /** @type {any} */ (h('petrel-query', { hidden: true }));
  #chips = h('div.chips', { role: 'group', 'aria-label': 'The map shows only', data: { testid: 'map-chips' } });
  #open = h('button.chip.filter-open', { type: 'button', 'aria-expanded': 'false', title: 'Filter the map by a query (/)', data: { testid: 'map-filter' }, on: { click: () => this.toggle() } },
    icon(FUNNEL, 'icon', { stroke: true }), 'Filter');
  #explore = /** @type {HTMLAnchorElement} */ (h('a.chip.filter-explore', { text: 'Explore', title: 'These events in Explore', hidden: true }));
  #lens = /** @type {any} */ (h('petrel-lens'));
  #note = h('span.filter-note', { hidden: true });

  /** @param {import('../model.js').Model} model */
  connect(model) {
    this.#model = model;
    this.append(h('div.filter-line', {}, this.#open, this.#lens, this.#chips, this.#explore, this.#note), this.#field);
    new LiveLens(model, this.#lens);
    this.#field.scope = () => {
      const { window } = model.snapshot ?? {};
      return window ? { from: Math.floor(window.from), to: Math.ceil(window.to) } : {};
    };
    this.#field.addEventListener('query', ({ detail }) => this.choose(detail));
    this.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || this.#field.hidden) return;
      event.stopPropagation();
      this.toggle(false);
    });
    model.addEventListener('query', () => this.#show());
    model.addEventListener('source', () => this.#show());
    model.addEventListener('status', () => this.#showFault(model.feed.status.fault));
    this.#show();
  }

  /** Leaves noise out, or shows it again. */
  toggleNoise() {
    this.#lens.toggle();
  }

  /** Opens the field, or closes it. @param {boolean} [isOpen] */
  toggle(isOpen = this.#field.hidden) {
    this.#field.hidden = !isOpen;
    this.#open.setAttribute('aria-expanded', String(isOpen));
    if (isOpen) {
      this.#field.value = this.#model.query;
      this.#field.focus();
    } else this.#open.focus();
  }

  /** Shows only what matches; a query with a fault changes nothing on the map and is shown where it is wrong. @param {string} query */
  async choose(query) {
    try {
      // The server reads it first, about no time at all.
      if (query) await ask('count', { q: query, from: 0, to: 1 });
      this.#model.setQuery(query);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#showFault(error);
    }
  }

  /** Adds a part to the query. @param {string} part */
  narrow(part) {
    this.choose(narrowed(this.#model.query, part));
  }

  #show() {
    const { query, player, hidesNoise } = this.#model;
    const parts = conjuncts(query);
    this.#chips.replaceChildren(...parts.map((part) => h(`span.filter-chip${part.startsWith('not ') ? '.negative' : ''}`, { data: { testid: 'map-chip' } }, h('span', { text: part, title: part }),
      h('button', { type: 'button', text: '×', 'aria-label': `Take out ${part}`, on: { click: () => this.choose(widened(this.#model.query, part)) } }))));
    this.#chips.hidden = parts.length === 0;
    this.#explore.hidden = parts.length === 0;
    this.#explore.href = exploreAddress(query);
    this.#note.hidden = parts.length === 0 || player !== null;
    this.#note.textContent = hidesNoise ? 'Totals are of all events but noise.' : 'Totals are of all events.';
    this.#open.classList.toggle('active', parts.length > 0);
    if (!this.#field.hidden) this.#field.value = query;
  }

  #showFault(fault) {
    if (!fault) return;
    if (this.#field.hidden) this.toggle(true);
    this.#field.showFault(fault.message, fault.position ?? null);
  }
});
