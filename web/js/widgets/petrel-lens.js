/**
 * <petrel-lens>: the switch of the noise lens, and beside it how many events it hides, with what hid them. Tells `lens` (detail: whether it
 * is to be on) when somebody switches it.
 */

import { isAbort } from '../api.js';
import { h, icon, setText } from '../dom.js';
import { count, counted } from '../format.js';
import { askHidden, kindTitle, noiseOf } from '../noise.js';
import { both, clause } from '../kql.js';
import { exploreAddress } from '../pivots.js';
import { menuButton, menuItem } from './menu.js';

const LENS = 'M1.500 8s2.500-4.500 6.500-4.500S14.500 8 14.500 8s-2.500 4.500-6.500 4.500S1.500 8 1.500 8zM6 8a2 2 0 1 0 4 0a2 2 0 1 0-4 0zM2.500 14L13.500 2';

customElements.define('petrel-lens', class extends HTMLElement {
  #isOn = false;
  #switch = h('button.tool.small.lens-switch', { type: 'button', 'aria-pressed': 'false', title: 'Leave out what is marked as noise (h)', data: { testid: 'lens' }, on: { click: () => this.toggle() } },
    icon(LENS, 'icon', { stroke: true }), h('span', { text: 'Hide noise' }));
  #number = h('span.number', { text: '…' });
  #menu = menuButton(this.#number, (close) => this.#reasons(close), { className: 'tool small lens-count', testid: 'hidden', title: 'What is hidden, and why', arrow: false });
  #abort = new AbortController();
  /** @type {import('../noise.js').Scope|null} */
  #scope = null;
  /** @type {import('../noise.js').Hidden|null} */
  #hidden = null;

  connectedCallback() {
    if (this.firstChild) return;
    this.append(this.#switch, this.#menu.button, this.#menu.menu);
    this.#menu.button.hidden = true;
  }

  /** Whether noise is left out. */
  get isOn() {
    return this.#isOn;
  }

  /** Tells that it is to be switched. */
  toggle() {
    this.dispatchEvent(new CustomEvent('lens', { detail: !this.#isOn, bubbles: true }));
  }

  /** Puts the switch as the view has it. @param {boolean} isOn */
  show(isOn) {
    if (isOn === this.#isOn) return;
    this.#isOn = isOn;
    this.#switch.setAttribute('aria-pressed', String(isOn));
    this.#menu.close();
    this.#forget();
  }

  /** Asks how many events are hidden of what the view shows; nothing while the lens is off. @param {import('../noise.js').Scope|null} scope */
  async ask(scope) {
    if (!this.#isOn) return;
    if (scope === null || scope.q !== this.#scope?.q) this.#forget();
    this.#scope = scope;
    if (!scope) return;
    this.#abort.abort();
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    try {
      const hidden = await askHidden(scope, signal);
      if (!signal.aborted) this.#tell(hidden);
    } catch (error) {
      if (!isAbort(error) && !signal.aborted) this.#fail(error);
    }
  }

  #forget() {
    this.#abort.abort();
    this.#scope = null;
    this.#hidden = null;
    this.#menu.button.hidden = !this.#isOn;
    delete this.#menu.button.dataset.count;
    delete this.#menu.button.dataset.upto;
    setText(this.#number, '… hidden');
  }

  #tell(hidden) {
    this.#hidden = hidden;
    const { button } = this.#menu;
    button.dataset.count = String(hidden.count);
    button.dataset.upto = hidden.upTo;
    button.classList.remove('bad');
    setText(this.#number, `${count(hidden.count)} hidden`);
    button.title = 'What is hidden, and why';
  }

  #fail(error) {
    this.#menu.button.classList.add('bad');
    setText(this.#number, '? hidden');
    this.#menu.button.title = `How many are hidden is not known: ${error.message}`;
  }

  #reasons(close) {
    const show = menuItem('Show them', () => {
      close();
      this.toggle();
    }, { testid: 'show-noise' });
    if (!this.#hidden) return [h('p.menu-note', { text: this.#menu.button.classList.contains('bad') ? this.#menu.button.title : 'Counting what is hidden …' }), show];
    const { count: number, kinds, names } = this.#hidden;
    if (!number) return [h('p.menu-note', { text: 'Nothing here is noise. What counts as noise is chosen below noise: in the configuration.' }), show];
    const { q, from, to } = this.#scope;
    const range = from === undefined ? { all: true } : { from, to };
    const line = (field, [value, part], label) => h('a.menu-item.lens-line', { href: exploreAddress(both(q, clause(field, value)), range), data: { testid: 'hidden-by', value, count: part } },
      h('span.lens-name', { text: label }), h('span.number', { text: count(part) }));
    const overlaps = kinds.reduce((sum, [, part]) => sum + part, 0) > number;
    return [h('h2', { text: counted(number, 'event is noise', 'events are noise') }), ...kinds.map((kind) => line('noise.kind', kind, kindTitle(kind[0]))),
      h('hr'), h('h2', { text: 'Marked by' }), ...names.map((name) => line('noise.name', name, name[0])),
      overlaps ? h('p.menu-note', { text: 'An event may be noise for several reasons.' }) : null,
      h('hr'), show, h('a.menu-item', { href: exploreAddress(noiseOf(q), range), text: 'Open them in Explore' })];
  }
});
