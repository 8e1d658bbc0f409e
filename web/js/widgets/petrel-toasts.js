/**
 * <petrel-toasts>: short notices of what was done. They are spoken, take no focus and go by themselves.
 */

import { h } from '../dom.js';

const SHOWN_MS = 4000;

customElements.define('petrel-toasts', class extends HTMLElement {
  connectedCallback() {
    this.setAttribute('role', 'status');
  }

  /** @param {string} text @param {boolean} bad */
  show(text, bad) {
    const note = h(`div.toast${bad ? '.bad' : ''}`, { text, data: { testid: 'toast' } });
    this.append(note);
    setTimeout(() => note.remove(), bad ? 3 * SHOWN_MS : SHOWN_MS);
  }
});

/** Shows a notice. @param {string} text @param {boolean} [bad] */
export function toast(text, bad = false) {
  let host = document.querySelector('petrel-toasts');
  if (!host) {
    host = document.createElement('petrel-toasts');
    document.body.append(host);
  }
  /** @type {any} */ (host).show(text, bad);
}
