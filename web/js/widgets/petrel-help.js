/**
 * <petrel-help>: the keys, and what the picture means.
 */

import { h } from '../dom.js';

const KEYS = [
  ['space', 'Pause the picture; nothing is lost, totals are right on resuming'],
  ['r', 'Time bar: replay what is stored'],
  ['space  .  o', 'With the time bar: play or pause, a step, loop'],
  ['[  ]', 'Slower, faster'],
  ['b', 'Back to live'],
  ['/', 'Filter the map by a query'],
  ['+  −  0', 'Zoom in, zoom out, whole world (focus on the map)'],
  ['← ↑ → ↓', 'Move the map, or turn the globe'],
  ['v', 'Globe or flat map'],
  ['n', 'Day and night'],
  ['e', 'What is unusual stands out, or what is much'],
  ['h', 'Hide noise, or show it'],
  ['Enter', 'The country in the middle of the map'],
  ['f', 'Full screen'],
  ['t', 'Dark or light'],
  ['Esc', 'Close the drawer'],
  ['Ctrl K', 'Go to, search, do'],
  ['?', 'This help'],
];
const NOTES = [
  'Click or touch an arc, a row or a number: the exact events behind it, down to the raw line.',
  'A dot is a stated or a city’s position; a ring is a country whose city is not known. Addresses without a place are counted in the tray.',
  'A location is where an address is registered. It says nothing about who used it.',
  'Shift-click a type in the legend, or press it long, to see it alone.',
];

customElements.define('petrel-help', class extends HTMLElement {
  #dialog = h('dialog', { 'aria-labelledby': 'help-title' },
    h('h2', { id: 'help-title', tabindex: -1, autofocus: true, text: 'Keys' }),
    h('dl.keys', {}, ...KEYS.flatMap(([key, meaning]) => [h('dt', {}, h('kbd', { text: key })), h('dd', { text: meaning })])),
    h('h3', { text: 'Reading the map' }),
    h('ul.notes', {}, ...NOTES.map((note) => h('li', { text: note }))),
    h('button.button', { type: 'button', text: 'Close', on: { click: () => this.toggle() } }));

  connectedCallback() {
    this.append(this.#dialog);
  }

  /** Opens or closes the help. */
  toggle() {
    if (this.#dialog.open) this.#dialog.close();
    else this.#dialog.showModal();
  }
});
