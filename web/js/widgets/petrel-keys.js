/**
 * <petrel-keys>: the keys of a screen.
 */

import { h } from '../dom.js';

/** Keys that every screen of the workbench has. */
const EVERYWHERE = [['Ctrl K', 'Go to, search, do'], ['g m', 'Map'], ['g e', 'Explore'], ['g s', 'Sources'], ['t', 'Dark or light'], ['?', 'These keys'], ['Esc', 'Close']];

customElements.define('petrel-keys', class extends HTMLElement {
  #dialog = h('dialog', { 'aria-labelledby': 'keys-title', data: { testid: 'keys' } });

  connectedCallback() {
    this.append(this.#dialog);
  }

  /** Opens or closes. @param {[string, string][]} own keys of this screen */
  toggle(own) {
    if (this.#dialog.open) return this.#dialog.close();
    const list = (keys) => h('dl.keys', {}, ...keys.flatMap(([key, meaning]) => [
      h('dt', {}, ...key.split(' ').map((one) => h('kbd', { text: one }))), h('dd', { text: meaning })]));
    this.#dialog.replaceChildren(h('h2', { id: 'keys-title', tabindex: -1, autofocus: true, text: 'Keys' }), ...(own.length ? [list(own), h('h3', { text: 'On every screen' })] : []), list(EVERYWHERE),
      h('button.button', { type: 'button', text: 'Close', on: { click: () => this.#dialog.close() } }));
    return this.#dialog.showModal();
  }
});
