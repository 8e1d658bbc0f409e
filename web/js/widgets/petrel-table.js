/**
 * <petrel-table>: a list of any length, of which only the rows in sight are in the document. Told `open` (detail: index of
 * the row), `order` (the time column's head was pressed), `want` (detail: `{first, last}`) when rows come into sight.
 */

import { h } from '../dom.js';
import { columnWidth, fieldTitle, STANDARD_COLUMNS, SUMMARY } from '../fields.js';
import { cellContent } from './event-cells.js';
import { flatten } from './event-fields.js';

/** Browsers lay out nothing taller; longer lists are scrolled by share. CSS pixels. */
const TALLEST = 8_000_000;
const SPARE_ROWS = 6;
const CHARACTER_PX = 7.4;
const WIDE_SUMMARY_PX = 320;

/** Where a narrow screen, which shows a row as a card, puts a column: its first line; what is in none of these is on the last. */
const PLACES = { '@timestamp': 'time', 'attack.type': 'kind', 'source.ip': 'who', 'post.author.handle': 'who' };

/** Places of columns in a card. The standard columns that a card leaves out are told by the event's line. @param {string[]} columns @param {string} wide */
function placesOf(columns, wide) {
  const hasStandard = STANDARD_COLUMNS.every((column) => columns.includes(column));
  return new Map(columns.map((column) => [column, column === wide ? 'wide' : PLACES[column] ?? (hasStandard && STANDARD_COLUMNS.includes(column) ? 'none' : 'more')]));
}

const idOf = (event) => event?.event?.id ?? '';

customElements.define('petrel-table', class extends HTMLElement {
  #head = h('div.table-head', { role: 'row', 'aria-rowindex': 1 });
  #layer = h('div.table-layer', { role: 'rowgroup' });
  #spacer = h('div.table-spacer', { role: 'presentation' });
  #scroll = h('div.table-scroll', { role: 'grid', tabindex: 0, 'aria-label': 'Events', data: { testid: 'table' } });
  /** @type {{count: number, row: (index: number) => any}} */
  #rows = { count: 0, row: () => null };
  #columns = [];
  /** Where each column stands in a card. @type {Map<string, string>} */
  #places = new Map();
  #rowHeight = 28;
  /** The row at the upper edge, with its fraction. */
  #first = 0;
  #scrollTop = 0;
  #active = -1;
  /** Event of the marked row; the mark stays with it when rows come before it. */
  #activeId = '';
  #isDrawn = false;
  /** Fields of documents, made once for each. @type {WeakMap<object, Map<string, string>>} */
  #fields = new WeakMap();
  /** Row elements by index. @type {Map<number, HTMLElement>} */
  #shown = new Map();

  connectedCallback() {
    if (this.firstChild) return;
    this.#scroll.append(h('div.table-headgroup', { role: 'rowgroup' }, this.#head), this.#layer, this.#spacer);
    this.append(this.#scroll);
    this.#scroll.addEventListener('scroll', () => this.#onScroll(), { passive: true });
    this.#scroll.addEventListener('keydown', (event) => this.#key(event));
    this.#scroll.addEventListener('click', (event) => {
      const row = /** @type {HTMLElement} */ (event.target).closest('.table-row');
      if (row) this.activate(Number(row.dataset.index), true);
    });
    new ResizeObserver(() => this.#measure()).observe(this.#scroll);
  }

  /** @param {string[]} columns @param {'desc'|'asc'} order @param {boolean} [turns] whether the viewer may turn the order */
  setColumns(columns, order, turns = true) {
    this.#columns = columns;
    const wide = columns.includes(SUMMARY) ? SUMMARY : columns.at(-1);
    this.#places = placesOf(columns, wide);
    this.toggleAttribute('data-tall', [...this.#places.values()].includes('more'));
    const width = (column) => (column === wide ? `minmax(${WIDE_SUMMARY_PX}px, 1fr)` : `${Math.round(columnWidth(column) * CHARACTER_PX) + 16}px`);
    this.#scroll.style.setProperty('--columns', columns.map(width).join(' '));
    const least = columns.reduce((sum, column) => sum + (column === wide ? WIDE_SUMMARY_PX : columnWidth(column) * CHARACTER_PX + 16), 0);
    this.#scroll.style.setProperty('--table-width', `${Math.ceil(least)}px`);
    this.#scroll.setAttribute('aria-colcount', String(columns.length));
    this.#head.replaceChildren(...columns.map((column) => h('div.table-cell', {
      role: 'columnheader', data: { column }, title: column, 'aria-sort': column === '@timestamp' ? (order === 'asc' ? 'ascending' : 'descending') : null,
    }, column === '@timestamp' && turns
      ? h('button.table-sort', { type: 'button', title: 'Newest or oldest first', text: `${fieldTitle(column)} ${order === 'asc' ? '↑' : '↓'}`, data: { testid: 'order' }, on: { click: () => this.#tell('order') } })
      : fieldTitle(column))));
    this.#measure();
  }

  /**
   * Shows other rows, from the first one on, or where the viewer is when `keep` is true.
   * @param {{count: number, row: (index: number) => any}} rows
   * @param {boolean} [keep]
   */
  setRows(rows, keep = false) {
    this.#rows = rows;
    this.#clear();
    this.#active = -1;
    if (!keep) {
      this.#first = 0;
      this.#scroll.scrollTop = 0;
      this.#scrollTop = 0;
    }
    this.#measure();
  }

  /** Row that is marked. */
  get active() {
    return this.#active;
  }

  /** Whether the first row is in sight. */
  get isAtTop() {
    return this.#first < 1;
  }

  /** Marks a row, brings it into sight, and tells when it is to be opened. @param {number} index @param {boolean} open */
  activate(index, open) {
    if (index < 0 || index >= this.#rows.count) return;
    this.#active = index;
    this.#activeId = idOf(this.#rows.row(index));
    const fit = this.#fit;
    if (index < this.#first) this.#goTo(index);
    else if (index > this.#first + fit - 1) this.#goTo(index - fit + 1);
    this.draw();
    if (open) this.#tell('open', index);
  }

  /** Opens the row so many below the marked one. @param {number} by */
  step(by) {
    const at = this.#active < 0 ? Math.floor(this.#first) - 1 : this.#active;
    this.activate(Math.max(0, Math.min(this.#rows.count - 1, at + by)), true);
  }

  /** Marks the row of an event; none when it is empty. @param {string} id */
  mark(id) {
    if (id === this.#activeId) return;
    this.#active = -1;
    this.#activeId = id;
    this.draw();
  }

  focus() {
    this.#scroll.focus();
  }

  get #fit() {
    return Math.max(1, (this.#scroll.clientHeight - this.#head.offsetHeight) / this.#rowHeight);
  }

  get #isScaled() {
    return this.#rows.count * this.#rowHeight > TALLEST;
  }

  #tell(type, detail = null) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true }));
  }

  #measure() {
    this.#rowHeight = Number.parseFloat(getComputedStyle(this).getPropertyValue('--row')) || this.#rowHeight;
    const height = Math.min(TALLEST, this.#rows.count * this.#rowHeight);
    this.#spacer.style.height = `${height}px`;
    this.#scroll.setAttribute('aria-rowcount', String(this.#rows.count + 1));
    this.#scroll.dataset.count = String(this.#rows.count);
    this.#clear();
    this.draw();
  }

  /** A small movement goes by rows, a large one (the thumb was dragged) by its share of the whole. */
  #onScroll() {
    const top = this.#scroll.scrollTop;
    if (this.#isScaled) {
      const moved = top - this.#scrollTop;
      const lowest = this.#scroll.scrollHeight - this.#scroll.clientHeight;
      const last = this.#rows.count - this.#fit;
      const isEdge = top <= 0 || top >= lowest - 1;
      const isSmall = Math.abs(moved) < 3 * this.#scroll.clientHeight;
      this.#first = isSmall && !isEdge ? this.#first + moved / this.#rowHeight : (top / lowest) * last;
      this.#first = Math.max(0, Math.min(last, this.#first));
    } else this.#first = top / this.#rowHeight;
    this.#scrollTop = top;
    this.draw();
  }

  #goTo(index) {
    this.#first = Math.max(0, Math.min(this.#rows.count - this.#fit, index));
    const lowest = this.#scroll.scrollHeight - this.#scroll.clientHeight;
    const top = this.#isScaled ? (this.#first / Math.max(1, this.#rows.count - this.#fit)) * lowest : this.#first * this.#rowHeight;
    this.#scrollTop = top;
    this.#scroll.scrollTop = top;
    this.#scrollTop = this.#scroll.scrollTop;
  }

  #key(event) {
    if (/** @type {HTMLElement} */ (event.target) !== this.#scroll) return;
    const page = Math.max(1, Math.floor(this.#fit) - 1);
    const at = this.#active < 0 ? Math.floor(this.#first) - 1 : this.#active;
    const target = { ArrowDown: at + 1, ArrowUp: at - 1, j: at + 1, k: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: this.#rows.count - 1 }[event.key];
    if (target !== undefined && this.#rows.count) {
      this.activate(Math.max(0, Math.min(this.#rows.count - 1, target)), false);
      this.#tell('active', this.#active);
    } else if (event.key === 'Enter' && this.#rows.count) this.activate(this.#active < 0 ? Math.ceil(this.#first) : this.#active, true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #clear() {
    for (const element of this.#shown.values()) element.remove();
    this.#shown.clear();
  }

  /** Draws at the next frame what is in sight then. */
  draw() {
    if (this.#isDrawn) return;
    this.#isDrawn = true;
    requestAnimationFrame(() => {
      this.#isDrawn = false;
      this.#drawNow();
    });
  }

  #drawNow() {
    const first = Math.max(0, Math.floor(this.#first) - SPARE_ROWS);
    const last = Math.min(this.#rows.count - 1, Math.ceil(this.#first + this.#fit) + SPARE_ROWS);
    for (const [index, element] of this.#shown) {
      if (index >= first && index <= last) continue;
      element.remove();
      this.#shown.delete(index);
    }
    for (let index = first; index <= last; index += 1) {
      const event = this.#rows.row(index);
      let element = this.#shown.get(index);
      const id = idOf(event);
      if (element && element.dataset.id !== id) {
        element.remove();
        element = undefined;
      }
      if (!element) {
        element = this.#rowElement(index, event, id);
        this.#shown.set(index, element);
        this.#layer.append(element);
      }
      element.style.transform = `translateY(${Math.round((index - this.#first) * this.#rowHeight)}px)`;
      if (id && index === this.#active) this.#activeId = id;
      else if (id && id === this.#activeId) this.#active = index;
      element.setAttribute('aria-selected', String(index === this.#active));
    }
    if (this.#active >= 0 && this.#shown.has(this.#active)) this.#scroll.setAttribute('aria-activedescendant', `row-${this.#active}`);
    else this.#scroll.removeAttribute('aria-activedescendant');
    if (last >= first) this.#tell('want', { first, last });
  }

  #rowElement(index, event, id) {
    const fields = event ? this.#fieldsOf(event) : null;
    const cells = this.#columns.map((column) => h('div.table-cell', { role: 'gridcell', data: { column, place: this.#places.get(column), title: fieldTitle(column) } },
      ...(fields ? cellContent(column, fields) : [h('span.shimmer.cell-shimmer')])));
    return h(`div.table-row${fields ? '' : '.pending'}`, {
      role: 'row', id: `row-${index}`, 'aria-rowindex': index + 2, data: { index, id, testid: 'row', severity: fields?.get('attack.severity') ?? '' },
    }, ...cells);
  }

  #fieldsOf(event) {
    let fields = this.#fields.get(event);
    if (!fields) {
      fields = flatten(event);
      this.#fields.set(event, fields);
    }
    return fields;
  }
});
