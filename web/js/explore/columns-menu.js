/**
 * Which columns the table has: those there are, to be moved and taken out, and all fields to choose from.
 */

import { h } from '../dom.js';
import { allFields, fieldTitle, STANDARD_COLUMNS, SUMMARY } from '../fields.js';

/**
 * @param {string[]} columns
 * @param {(columns: string[]) => void} change
 * @returns {HTMLElement}
 */
export function columnsMenu(columns, change) {
  const root = h('div.columns-menu', { data: { testid: 'columns-menu' } });
  const chosen = h('ul.columns-chosen', { 'aria-label': 'Columns' });
  const search = /** @type {HTMLInputElement} */ (h('input.field', { type: 'search', placeholder: 'Find a field', 'aria-label': 'Find a field' }));
  const list = h('ul.columns-fields', { 'aria-label': 'Fields' });
  let current = [...columns];
  let fields = [];
  const set = (next) => {
    current = next;
    change(next);
    draw();
  };
  const button = (text, label, action, isOff = false) => h('button.icon-button', { type: 'button', text, 'aria-label': label, disabled: isOff, on: { click: action } });
  const moved = (index, by) => {
    const next = [...current];
    [next[index], next[index + by]] = [next[index + by], next[index]];
    return next;
  };
  const draw = () => {
    chosen.replaceChildren(...current.map((name, index) => h('li.menu-row', {}, h('span.column-name', { text: fieldTitle(name), title: name }),
      button('↑', `Move ${name} to the left`, () => set(moved(index, -1)), index === 0),
      button('↓', `Move ${name} to the right`, () => set(moved(index, 1)), index === current.length - 1),
      button('×', `Take out ${name}`, () => set(current.filter((other) => other !== name)), current.length === 1))));
    const wanted = search.value.trim().toLowerCase();
    const found = fields.filter(({ name, meaning }) => !current.includes(name) && (name.includes(wanted) || meaning.toLowerCase().includes(wanted)));
    list.replaceChildren(...found.slice(0, 60).map(({ name, meaning }) => h('li', {}, h('button.menu-item.column-field', {
      type: 'button', data: { testid: 'add-column', field: name }, on: { click: () => set([...current, name]) },
    }, h('span.mono', { text: name }), h('span.quiet', { text: meaning })))));
  };
  search.addEventListener('input', draw);
  root.append(h('h2', { text: 'Columns' }), chosen,
    h('button.menu-item', { type: 'button', text: 'Standard columns', on: { click: () => set([...STANDARD_COLUMNS]) } }), h('hr'), search, list);
  draw();
  allFields().then((all) => {
    fields = [{ name: SUMMARY, meaning: 'What the event says, in one line.' }, ...all];
    draw();
  }, (error) => list.replaceChildren(h('li.menu-note', { role: 'alert', text: error.message })));
  return root;
}
