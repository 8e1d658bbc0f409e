/**
 * <petrel-nav>: the screens there are, the command palette, dark and light, the keys.
 */

import { address } from '../api.js';
import { h, icon } from '../dom.js';
import { toggleTheme } from '../theme.js';

const SCREENS = [
  { id: 'map', label: 'Map', path: './' }, { id: 'explore', label: 'Explore', path: 'explore' }, { id: 'sources', label: 'Sources', path: 'sources' },
];
const LENS = 'M7 2.500a4.500 4.500 0 1 1 0 9a4.500 4.500 0 1 1 0-9zM10.300 10.300l3.400 3.400';
const MOON = 'M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7z';
const HELP = 'M5.800 6a2.300 2.300 0 1 1 3.300 2.100c-.7.4-1.100.8-1.100 1.700M8 12.600v.1';
const isMac = /mac|iphone|ipad/i.test(navigator.platform);

/** The screens, as the palette lists them. */
export const screens = SCREENS.map(({ label, path }) => ({ label, href: address(path) }));

customElements.define('petrel-nav', class extends HTMLElement {
  connectedCallback() {
    if (this.firstChild) return;
    const { here, bare } = this.dataset;
    this.append(h('nav.nav-links', { 'aria-label': 'Screens' }, ...SCREENS.map(({ id, label, path }) => h('a', {
      href: address(path), text: label, 'aria-current': id === here ? 'page' : null, data: { testid: `nav-${id}` },
    }))));
    if (bare !== undefined) return;
    this.append(h('span.nav-gap'),
      h('button.palette-button', { type: 'button', 'aria-label': 'Search and commands', data: { testid: 'open-palette' }, on: { click: () => this.#tell('palette') } },
        icon(LENS, 'icon', { stroke: true }), h('span', { text: 'Go to, search, do' }), h('kbd', { text: isMac ? '⌘ K' : 'Ctrl K' })),
      h('button.icon-button', { type: 'button', 'aria-label': 'Dark or light', title: 'Dark or light (t)', on: { click: toggleTheme } }, icon(MOON, 'icon', { stroke: true })),
      h('button.icon-button', { type: 'button', 'aria-label': 'Keys', title: 'Keys (?)', data: { testid: 'open-keys' }, on: { click: () => this.#tell('keys') } }, icon(HELP, 'icon', { stroke: true })));
  }

  #tell(what) {
    this.dispatchEvent(new CustomEvent(`open-${what}`, { bubbles: true }));
  }
});
