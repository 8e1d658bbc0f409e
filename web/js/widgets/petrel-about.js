/**
 * <petrel-about>: version, and whose data the map shows.
 */

import { fetchAbout } from '../api.js';
import { h } from '../dom.js';

/** Addresses of attributions that become links. */
const isWebAddress = (address) => /^https?:\/\//.test(address ?? '');

customElements.define('petrel-about', class extends HTMLElement {
  #version = h('p.quiet');
  #list = h('ul.attributions');
  #dialog = h('dialog', { 'aria-labelledby': 'about-title' },
    h('h2', { id: 'about-title', text: 'About Petrel' }), this.#version,
    h('p', { text: 'Everything on this page comes from the machine that serves it; no other is asked.' }),
    this.#list, h('button.button', { type: 'button', text: 'Close', on: { click: () => this.toggle() } }));

  connectedCallback() {
    this.append(this.#dialog);
  }

  /** Opens or closes the dialog. */
  async toggle() {
    if (this.#dialog.open) return this.#dialog.close();
    this.#dialog.showModal();
    const about = await fetchAbout();
    if (!about) return undefined;
    this.#version.textContent = `Version ${about.version}`;
    return this.#list.replaceChildren(...about.attributions.map(({ name, licence, url, text }) => h('li', {},
      h('strong', { text: name }), ` · ${licence}`, h('p', {}, text, ' ',
        isWebAddress(url) ? h('a', { href: url, target: '_blank', rel: 'noopener noreferrer', text: url }) : null))));
  }
});
