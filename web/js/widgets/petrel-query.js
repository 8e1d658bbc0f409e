/**
 * <petrel-query>: the query bar. Proposals come from the server while one writes; a fault is shown at its place.
 * Told `query` (detail: the text) on Enter.
 */

import { ask, isAbort } from '../api.js';
import { h, icon } from '../dom.js';
import { shortCount } from '../format.js';

const DELAY_MS = 90;
const MOST = 12;
const LENS = 'M7 2.500a4.500 4.500 0 1 1 0 9a4.500 4.500 0 1 1 0-9zM10.300 10.300l3.400 3.400';

/** Places in the API's answers count Unicode scalars, those in fields UTF-16 units. */
const unitsOf = (text, scalars) => Array.from(text).slice(0, scalars).join('').length;
const scalarsOf = (text, units) => Array.from(text.slice(0, units)).length;

customElements.define('petrel-query', class extends HTMLElement {
  #field = /** @type {HTMLInputElement} */ (h('input.query-field', {
    type: 'text', role: 'combobox', 'aria-expanded': 'false', 'aria-controls': 'query-proposals', 'aria-autocomplete': 'list', 'aria-label': 'Query in KQL',
    autocomplete: 'off', autocapitalize: 'off', autocorrect: 'off', spellcheck: 'false', enterkeyhint: 'search', placeholder: 'All events. Try  attack.type: exploit and not source.geo.country_iso_code: DE', data: { testid: 'query' },
  }));
  #list = h('ul.query-proposals', { id: 'query-proposals', role: 'listbox', 'aria-label': 'Proposals', hidden: true, data: { testid: 'proposals' } });
  #clear = h('button.icon-button', { type: 'button', 'aria-label': 'Clear the query', text: '×', hidden: true, on: { click: () => this.#empty() } });
  #fault = h('div.query-fault', { id: 'query-fault', role: 'alert', hidden: true, data: { testid: 'query-fault' } });
  #proposals = [];
  #chosen = -1;
  /** What a proposal replaces, in the text that the proposals were asked for. */
  #edge = { from: 0, to: 0 };
  #askedFor = '';
  #timer = 0;
  /** @type {AbortController|null} */
  #asking = null;
  /** Which events values are proposed from. @type {() => Record<string, number>} */
  scope = () => ({});

  connectedCallback() {
    if (this.firstChild) return;
    this.append(h('div.query-box', {}, icon(LENS, 'icon', { stroke: true }), this.#field, this.#clear), this.#list, this.#fault);
    this.#field.addEventListener('input', () => {
      this.#clear.hidden = this.#field.value === '';
      this.#hideFault();
      this.#askSoon();
    });
    this.#field.addEventListener('click', () => this.#askSoon());
    this.#field.addEventListener('blur', () => this.#close());
    this.#field.addEventListener('keydown', (event) => this.#key(event));
    // The field keeps the focus; a finger may scroll the list before it chooses.
    this.#list.addEventListener('pointerdown', (event) => event.preventDefault());
    this.#list.addEventListener('click', (event) => {
      const item = /** @type {HTMLElement} */ (event.target).closest('li');
      if (item) this.#take(Number(item.dataset.index));
    });
  }

  get value() {
    return this.#field.value;
  }

  set value(text) {
    if (this.#field.value !== text) this.#field.value = text;
    this.#clear.hidden = text === '';
    this.#hideFault();
    this.#close();
  }

  focus() {
    this.#field.focus();
    this.#field.select();
  }

  /** Shows what is wrong with the query. @param {string} message @param {number|null} position in Unicode scalars */
  showFault(message, position) {
    const said = message.replace(/^q: /, '');
    const lines = [h('p', { text: said })];
    if (position !== null) {
      const text = this.#field.value;
      const at = unitsOf(text, position);
      const start = Math.max(0, at - 40);
      lines.unshift(h('pre', { 'aria-hidden': true }, start ? '…' : '', text.slice(start, at), h('mark', { text: text.slice(at, at + 1) || ' ' }), text.slice(at + 1, at + 60)));
      this.#fault.dataset.position = String(position);
      if (document.activeElement === this.#field) this.#field.setSelectionRange(at, at);
    }
    this.#fault.replaceChildren(...lines);
    this.#fault.hidden = false;
    this.#field.setAttribute('aria-invalid', 'true');
    this.#field.setAttribute('aria-describedby', 'query-fault');
  }

  #hideFault() {
    this.#fault.hidden = true;
    delete this.#fault.dataset.position;
    this.#field.removeAttribute('aria-invalid');
    this.#field.removeAttribute('aria-describedby');
  }

  #empty() {
    this.value = '';
    this.#submit();
    this.#field.focus();
  }

  #submit() {
    this.#close();
    this.dispatchEvent(new CustomEvent('query', { detail: this.#field.value.trim(), bubbles: true }));
  }

  #key(event) {
    const isOpen = !this.#list.hidden;
    if (event.key === 'Enter') {
      if (isOpen && this.#chosen >= 0) this.#take(this.#chosen);
      else this.#submit();
    } else if (event.key === 'Tab' && isOpen && this.#chosen >= 0) this.#take(this.#chosen);
    else if (event.key === 'Escape' && isOpen) this.#close();
    else if (event.key === ' ' && event.ctrlKey) this.#askSoon();
    else if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && isOpen) this.#choose(this.#chosen + (event.key === 'ArrowDown' ? 1 : -1));
    else if (event.key === 'ArrowDown') this.#askSoon();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #askSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), DELAY_MS);
  }

  async #ask() {
    this.#asking?.abort();
    this.#asking = new AbortController();
    const text = this.#field.value;
    const caret = scalarsOf(text, this.#field.selectionStart ?? text.length);
    try {
      // An empty query would be left out of the address; a blank has the same proposals.
      const answer = await ask('complete', { q: text || ' ', caret, limit: MOST, ...this.scope() }, this.#asking.signal);
      if (document.activeElement !== this.#field || this.#field.value !== text) return;
      this.#askedFor = text;
      this.#edge = text ? { from: unitsOf(text, answer.from), to: unitsOf(text, answer.to) } : { from: 0, to: 0 };
      this.#show(answer.proposals.slice(0, MOST), answer.kind);
    } catch (error) {
      if (!isAbort(error)) this.#close();
    }
  }

  #show(proposals, kind) {
    const chosen = this.#proposals[this.#chosen]?.text;
    this.#proposals = proposals.map((proposal) => ({ ...proposal, kind }));
    this.#chosen = -1;
    this.#list.hidden = proposals.length === 0;
    this.#field.setAttribute('aria-expanded', String(proposals.length > 0));
    this.#field.removeAttribute('aria-activedescendant');
    this.#list.replaceChildren(...proposals.map(({ label, meaning, count }, index) => h('li', { role: 'option', id: `proposal-${index}`, 'aria-selected': 'false', data: { index } },
      h('span.mono', { text: label }), h('span.quiet.proposal-meaning', { text: meaning ?? '' }), h('span.number', { text: count === undefined ? '' : shortCount(count) }))));
    // What was chosen stays chosen when newer proposals have it, too.
    const kept = chosen === undefined ? -1 : proposals.findIndex(({ text }) => text === chosen);
    if (kept >= 0) this.#choose(kept);
  }

  #choose(index) {
    const items = this.#list.children;
    items[this.#chosen]?.setAttribute('aria-selected', 'false');
    this.#chosen = (index + items.length) % items.length;
    items[this.#chosen].setAttribute('aria-selected', 'true');
    items[this.#chosen].scrollIntoView({ block: 'nearest' });
    this.#field.setAttribute('aria-activedescendant', `proposal-${this.#chosen}`);
  }

  /** Puts a proposal in place of what is being written. */
  #take(index) {
    const { text, kind } = this.#proposals[index];
    // Whoever types faster than proposals come has gone on behind the caret that they are for.
    const { from } = this.#edge;
    const to = Math.max(from, this.#edge.to + this.#field.value.length - this.#askedFor.length);
    const before = this.#field.value.slice(0, from);
    const after = this.#field.value.slice(to);
    const tail = kind === 'field' ? ': ' : ' ';
    const put = text.endsWith(' ') || (kind === 'field' && after.trimStart().startsWith(':')) ? text : text + tail;
    this.#field.value = before + put + after.trimStart();
    this.#field.setSelectionRange((before + put).length, (before + put).length);
    this.#clear.hidden = false;
    this.#close();
    this.#askSoon();
  }

  #close() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#list.hidden = true;
    this.#chosen = -1;
    this.#field.setAttribute('aria-expanded', 'false');
    this.#field.removeAttribute('aria-activedescendant');
  }
});
