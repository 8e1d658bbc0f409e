/**
 * <petrel-facets>: the most frequent values of the main fields, each to be demanded or excluded. Told `narrow` (detail:
 * `{field, value, negative}`), and `fields` when another list was opened.
 */

import { h, icon } from '../dom.js';
import { pageOf } from '../entity/kinds.js';
import { FACETS, fieldTitle } from '../fields.js';
import { count } from '../format.js';
import { clause, negated } from '../kql.js';
import { barList } from './bar-list.js';

const KEY = 'petrel.facets';
/** Values that a list shows until more are wanted. */
const SHORT = 6;
const OPEN = ['event.family', 'attack.type', 'source.geo.country_iso_code', 'source.ip', 'destination.port', 'observer.name', 'rule.name'];
const PLUS = 'M8 3.500v9M3.500 8h9';
const MINUS = 'M3.500 8h9';
const PAGE = 'M6 3.500h6.500v6.500M12 4L4 12';

customElements.define('petrel-facets', class extends HTMLElement {
  /** @type {Map<string, {details: HTMLDetailsElement, body: HTMLElement, note: HTMLElement}>} */
  #lists = new Map();
  #parts = [];
  /** Fields whose longer list is wanted. */
  #long = new Set();

  connectedCallback() {
    if (this.firstChild) return;
    const open = readOpen();
    for (const field of FACETS) {
      const body = h('div.facet-body');
      const note = h('span.facet-note');
      const details = /** @type {HTMLDetailsElement} */ (h('details.facet', { data: { testid: 'facet', field } },
        h('summary', {}, h('h2', { text: fieldTitle(field), title: field }), note), body));
      details.open = open.includes(field);
      details.addEventListener('toggle', () => {
        writeOpen(this.fields);
        if (details.open && !body.firstChild) this.dispatchEvent(new CustomEvent('fields', { bubbles: true }));
      });
      this.#lists.set(field, { details, body, note });
      this.append(details);
    }
  }

  /** Fields whose lists are open. @returns {string[]} */
  get fields() {
    return FACETS.filter((field) => this.#lists.get(field)?.details.open);
  }

  /** Forgets the numbers of lists that are not open. */
  forgetClosed() {
    for (const { details, body, note } of this.#lists.values()) {
      if (details.open) continue;
      body.replaceChildren();
      note.textContent = '';
    }
  }

  /**
   * Shows lists.
   * @param {{groups: {values: any[], count: number, previous?: number}[], fields: string[], distinct: number}[]} facets
   * @param {number} total events in all
   * @param {string[]} parts what the query demands
   */
  show(facets, total, parts) {
    this.#parts = parts;
    for (const { fields: [field], groups, distinct } of facets) {
      const list = this.#lists.get(field);
      if (!list) continue;
      const shown = this.#long.has(field) ? groups : groups.slice(0, SHORT);
      list.note.textContent = distinct > shown.length ? `${count(shown.length)} of ${count(distinct)}` : '';
      const rows = groups.length
        ? barList(shown, { field, total, name: (value) => this.#name(field, value), tools: (value) => this.#tools(field, value) })
        : h('p.facet-empty', { text: total ? 'No event has this field.' : 'No events.' });
      const toggle = groups.length > SHORT ? h('button.facet-more', {
        type: 'button', text: this.#long.has(field) ? 'Fewer' : 'More', 'aria-label': `${this.#long.has(field) ? 'Fewer' : 'More'}: ${fieldTitle(field)}`,
        on: { click: () => {
          if (!this.#long.delete(field)) this.#long.add(field);
          this.show(facets, total, parts);
        } },
      }) : null;
      list.body.replaceChildren(rows, ...(toggle ? [toggle] : []));
    }
  }

  #tell(field, value, negative) {
    this.dispatchEvent(new CustomEvent('narrow', { detail: { field, value, negative }, bubbles: true }));
  }

  #name(field, value) {
    const isDemanded = this.#parts.includes(clause(field, value));
    return h('button', { type: 'button', 'aria-pressed': String(isDemanded), on: { click: () => this.#tell(field, value, false) } });
  }

  #tools(field, value) {
    const part = clause(field, value);
    const tool = (path, label, negative, isOn) => h('button.bar-tool', {
      type: 'button', 'aria-label': `${label} ${fieldTitle(field)} ${value}`, title: label, 'aria-pressed': String(isOn), data: { testid: negative ? 'exclude' : 'include' },
      on: { click: () => this.#tell(field, value, negative) },
    }, icon(path, 'icon', { stroke: true }));
    const page = pageOf(field, value);
    return [tool(PLUS, 'Only', false, this.#parts.includes(part)), tool(MINUS, 'Without', true, this.#parts.includes(negated(part))),
      page ? h('a.bar-tool', { href: page, 'aria-label': `Page of ${value}`, title: 'What else is known of it' }, icon(PAGE, 'icon', { stroke: true })) : null].filter(Boolean);
  }
});

function readOpen() {
  try {
    const open = JSON.parse(localStorage.getItem(KEY) ?? 'null');
    return Array.isArray(open) ? open : OPEN;
  } catch {
    return OPEN;
  }
}

function writeOpen(fields) {
  try {
    localStorage.setItem(KEY, JSON.stringify(fields));
  } catch {
    // Storage may be forbidden; the choice then lasts as long as the page.
  }
}
