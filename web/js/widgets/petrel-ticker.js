/**
 * <petrel-ticker>: the newest events. While the pointer or the focus is on it, it stands still; on a screen that is touched, while
 * somebody reads further down.
 */

import { h, icon, setText } from '../dom.js';
import { count, portName, timeBeside, utc } from '../format.js';
import { readRow } from '../live/row.js';
import { noiseMark } from '../noise.js';
import { typeGlyph, typeLabel } from '../types.js';

/** Most rows in the document. */
const MOST_ROWS = 200;
const FLUSH_MS = 250;
const POST_GLYPH = 'M2 3h12v8H8l-3.5 3V11H2z';
const FAMILY_LABEL = { post: 'Post', record: 'Record' };
const COLUMNS = ['Time', 'Type', 'Address', 'Country', 'Port', 'Sensor', 'Event'];

customElements.define('petrel-ticker', class extends HTMLElement {
  #model;
  #body = h('tbody');
  #held = h('span.held', { hidden: true, role: 'status' });
  #none = h('p.ticker-none.quiet', { hidden: true, data: { testid: 'ticker-none' } });
  #scroll = h('div.ticker-scroll', { tabindex: 0, role: 'group', 'aria-label': 'List of the newest events' });
  /** A finger leaves the last thing that it touched hovered. */
  #hovers = matchMedia('(hover: hover)');
  #waiting = [];
  #timer = 0;

  /** @param {import('../model.js').Model} model */
  connect(model) {
    this.#model = model;
    const table = h('table', {}, h('thead', {}, h('tr', {}, ...COLUMNS.map((name) => h('th', { scope: 'col', text: name, class: `column-${name.toLowerCase()}` })))), this.#body);
    this.append(h('div.ticker-head', {}, h('h2', { id: 'ticker-title', tabindex: -1, text: 'Newest events' }), this.#held),
      this.#scroll);
    this.#scroll.append(table, this.#none);
    this.#scroll.addEventListener('scroll', () => this.#flushSoon());
    this.#body.addEventListener('click', (event) => {
      const row = event.target.closest('tr');
      if (row) model.select({ kind: 'event', id: row.dataset.id });
    });
    this.addEventListener('pointerleave', () => this.#flush());
    this.addEventListener('focusout', () => this.#flushSoon());
    model.addEventListener('stage', () => this.#rebuild());
    model.addEventListener('rows', ({ detail }) => this.#add(detail));
    model.filter.addEventListener('change', () => this.#rebuild());
    model.addEventListener('status', () => this.#showNone());
  }

  get #still() {
    const isRead = this.#hovers.matches ? this.matches(':hover') : this.#scroll.scrollTop > 0;
    return isRead || this.contains(document.activeElement?.closest('tr'));
  }

  #shows(row) {
    return row.family !== 'attack' || this.#model.filter.shows(row.type);
  }

  #rebuild() {
    const snapshot = this.#model.snapshot;
    if (!snapshot) return;
    this.#waiting = [];
    const rows = snapshot.recent.map(readRow).filter((row) => this.#shows(row)).slice(-MOST_ROWS);
    this.#body.replaceChildren(...rows.reverse().map(rowElement));
    this.#showNone();
    this.#showHeld();
  }

  #add(rows) {
    this.#waiting.push(...rows.filter((row) => this.#shows(row)));
    if (this.#waiting.length > MOST_ROWS) this.#waiting.splice(0, this.#waiting.length - MOST_ROWS);
    this.#flushSoon();
  }

  #flushSoon() {
    if (this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      if (this.#still) this.#showHeld();
      else this.#flush();
    }, FLUSH_MS);
  }

  #flush() {
    if (this.#model.paused) return;
    this.#body.prepend(...this.#waiting.reverse().map(rowElement));
    this.#waiting = [];
    while (this.#body.rows.length > MOST_ROWS) this.#body.lastElementChild.remove();
    this.#showNone();
    this.#showHeld();
  }

  /** Says why the list is empty. */
  #showNone() {
    const isRefused = this.#model.feed.status.phase === 'refused';
    this.#none.hidden = this.#body.rows.length > 0 || (!this.#model.snapshot && !isRefused);
    setText(this.#none, isRefused ? 'The query has a fault. Nothing is searched until it is right.'
      : this.#model.filter.active ? 'None of the newest events is of a type that is shown.' : 'Nothing yet. Events stand here as they come.');
  }

  #showHeld() {
    const waiting = this.#waiting.length;
    this.#held.hidden = waiting === 0;
    setText(this.#held, `${count(waiting)}${waiting === MOST_ROWS ? '+' : ''} new, held while you read`);
  }
});

/** @param {import('../live/row.js').Row} row */
function rowElement(row) {
  const attack = row.family === 'attack';
  const glyph = attack ? typeGlyph(row.type) : icon(POST_GLYPH, 'glyph type-post');
  const kind = attack ? typeLabel(row.type) : FAMILY_LABEL[row.family] ?? '';
  const cell = (name, text, extra = {}) => h(`td.column-${name}`, { text: text ?? '', title: text || null, ...extra });
  return h('tr', { data: { testid: 'ticker-row', id: row.id, severity: row.severity ?? '' } },
    h('td.column-time', {}, h('button.row-button', { type: 'button', text: timeBeside(row.time, Date.now()), title: utc(row.time) })),
    h('td.column-type', { title: `${kind}${row.severity ? `, ${row.severity}` : ''}` }, glyph, h('span.type-name', { text: kind })),
    cell('address', row.address, { class: 'column-address mono' }),
    cell('country', row.country),
    cell('port', portName(row.port, row.transport), { class: 'column-port mono' }),
    cell('sensor', row.sensor),
    row.noise ? h('td.column-event', { title: row.title || null }, noiseMark(row.noise), ` ${row.title ?? ''}`) : cell('event', row.title));
}
