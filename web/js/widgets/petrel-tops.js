/**
 * <petrel-tops>: the most frequent countries, addresses, ports, sensors and types; a click lists their events.
 */

import { h, setText } from '../dom.js';
import { count } from '../format.js';
import { typeGlyph, typeLabel } from '../types.js';

/** How each list reads its entries `[key, …, count]`. */
const LISTS = [
  { id: 'countries', title: 'Countries', most: 7, read: ([key, name, value]) => ({ key, label: name, extra: key, value }) },
  { id: 'addresses', title: 'Addresses', most: 5, read: ([key, code, value]) => ({ key, label: key, extra: code, value, mono: true }) },
  { id: 'ports', title: 'Ports', most: 5, read: ([key, service, value]) => ({ key, label: key, extra: service, value, mono: true }) },
  { id: 'sensors', title: 'Sensors', most: 4, read: ([key, value]) => ({ key, label: key, value }) },
  { id: 'types', title: 'Types', most: 4, read: ([key, value]) => ({ key, label: typeLabel(key), value, glyph: key }) },
];

customElements.define('petrel-tops', class extends HTMLElement {
  #model;
  #lists = new Map();
  #empty = h('p.tops-empty', { text: 'Nothing to rank yet.' });

  /** @param {import('../model.js').Model} model */
  connect(model) {
    this.#model = model;
    this.append(this.#empty);
    for (const { id, title } of LISTS) {
      const list = h('ol.top-list', { data: { list: id } });
      this.#lists.set(id, { list, rows: [] });
      this.append(h('section', { hidden: true }, h('h2', { text: title }), list));
    }
    model.addEventListener('change', () => {
      for (const definition of LISTS) this.#show(definition, model.snapshot.tops?.[definition.id] ?? []);
      this.#empty.hidden = model.snapshot.totals.attacks > 0;
    });
  }

  #show({ id, most, read }, entries) {
    const { list, rows } = this.#lists.get(id);
    const shown = entries.slice(0, most).map(read);
    list.parentElement.hidden = shown.length === 0;
    while (rows.length < shown.length) rows.push(this.#row(id, list));
    while (rows.length > shown.length) rows.pop().button.parentElement.remove();
    const highest = Math.max(1, ...shown.map(({ value }) => value));
    shown.forEach((entry, index) => this.#fill(rows[index], entry, highest));
  }

  /** Rows are kept and filled anew, so that focus stays where it is while numbers change. */
  #row(id, list) {
    const row = { entry: null, glyph: h('span.top-glyph'), name: h('span.name'), extra: h('span.extra'), value: h('span.number'), bar: h('i.top-bar') };
    row.button = h('button.top-row', {
      type: 'button', data: { testid: 'top-row', list: id },
      on: { click: () => this.#model.select({ kind: 'top', top: id, key: row.entry.key, label: row.entry.label }) },
    }, row.bar, row.glyph, row.name, row.extra, row.value);
    list.append(h('li', {}, row.button));
    return row;
  }

  #fill(row, entry, highest) {
    if (entry.glyph !== row.entry?.glyph) row.glyph.replaceChildren(...(entry.glyph ? [typeGlyph(entry.glyph)] : []));
    row.entry = entry;
    row.button.dataset.key = entry.key;
    row.button.dataset.count = entry.value;
    setText(row.name, entry.label ?? entry.key ?? 'unknown');
    row.name.classList.toggle('mono', entry.mono === true);
    setText(row.extra, entry.extra ?? '');
    setText(row.value, count(entry.value));
    row.bar.style.transform = `scaleX(${entry.value / highest})`;
  }
});
