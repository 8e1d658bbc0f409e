/**
 * The board's keys as buttons, for whoever touches it or moves the mouse: nothing of them is there while nobody does.
 */

import { h, icon } from '../dom.js';

const ICONS = {
  back: 'M10 3.500L5.500 8l4.500 4.500', hold: 'M5.500 3v10M10.500 3v10', go: 'M6 3.500L10.500 8 6 12.500',
  noise: 'M1.500 8s2.500-4.500 6.500-4.500S14.500 8 14.500 8s-2.500 4.500-6.500 4.500S1.500 8 1.500 8zM6 8a2 2 0 1 0 4 0a2 2 0 1 0-4 0zM2.500 14L13.500 2',
  sound: 'M2.500 6v4H5l3.500 3V3L5 6zM11 5.500a3.500 3.500 0 0 1 0 5', theme: 'M13.5 9.5A6 6 0 0 1 6.500 2.500a6 6 0 1 0 7 7z',
  fullscreen: 'M2.500 6v-3.500H6M10 2.500h3.500V6M13.500 10v3.500H10M6 13.500H2.500V10',
};

/**
 * @typedef {object} Control
 * @property {keyof ICONS} name
 * @property {string} label
 * @property {string} key
 * @property {() => unknown} perform
 * @property {() => boolean} [isOn] for what is either on or off
 */

/** A row of buttons. */
export class BoardControls {
  element = h('div.board-controls', { role: 'group', 'aria-label': 'Board' });
  /** @type {{button: HTMLElement, isOn: () => boolean}[]} */
  #switches = [];

  /** @param {Control[]} controls */
  constructor(controls) {
    for (const { name, label, key, perform, isOn } of controls) {
      const button = h('button.board-control', {
        type: 'button', 'aria-label': label, title: `${label} (${key})`, data: { testid: `board-control-${name}` },
        on: { click: async () => {
          await perform();
          this.show();
        } },
      }, icon(ICONS[name], 'icon', { stroke: true }));
      if (isOn) this.#switches.push({ button, isOn });
      this.element.append(button);
    }
    this.show();
  }

  /** Says which are on; a key may have changed that. */
  show() {
    for (const { button, isOn } of this.#switches) button.setAttribute('aria-pressed', String(isOn()));
  }
}
