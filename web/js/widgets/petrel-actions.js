/**
 * <petrel-actions>: pause, replay, theme, full screen, help, about. On a phone all but the first two are in a menu.
 */

import { h, icon } from '../dom.js';
import { menuButton, menuItem } from './menu.js';

const ICONS = {
  pause: 'M5.5 3v10M10.5 3v10',
  resume: 'M5 3l8 5-8 5z',
  replay: 'M8 1.800a6.200 6.200 0 1 1-5.600 3.500M2 2.300v3.200h3.200M8 4.800V8l2.300 1.400',
  theme: 'M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7z',
  fullscreen: 'M2.5 6v-3.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10',
  help: 'M5.800 6a2.300 2.300 0 1 1 3.300 2.100c-.7.4-1.100.8-1.100 1.700M8 12.600v.1',
  about: 'M8 7.5v4M8 4.600v.1M8 1.800a6.200 6.200 0 1 1 0 12.400a6.200 6.200 0 1 1 0-12.400z',
  more: 'M2.900 8a.4.4 0 1 0 .8 0a.4.4 0 1 0-.8 0zM7.600 8a.4.4 0 1 0 .8 0a.4.4 0 1 0-.8 0zM12.300 8a.4.4 0 1 0 .8 0a.4.4 0 1 0-.8 0z',
};

const BUTTONS = [
  { action: 'pause', label: 'Pause the picture', key: 'space' },
  { action: 'replay', label: 'Replay what is stored', key: 'r' },
  { action: 'theme', label: 'Dark or light', key: 't' },
  { action: 'fullscreen', label: 'Full screen', key: 'f' },
  { action: 'help', label: 'Keys and help', key: '?' },
  { action: 'about', label: 'About Petrel and its data' },
];
/** What a phone has no room for beside the screens' names. */
const IN_MENU = ['theme', 'fullscreen', 'help', 'about'];

customElements.define('petrel-actions', class extends HTMLElement {
  /** @param {import('../model.js').Model} model @param {Record<string, () => void>} actions */
  connect(model, actions) {
    for (const { action, label, key } of BUTTONS) {
      this.append(h('button.icon-button', {
        type: 'button', 'aria-label': label, title: key ? `${label} (${key})` : label, data: { action, testid: `action-${action}` },
        on: { click: actions[action] },
      }, icon(ICONS[action], 'icon', { stroke: true })));
    }
    const { button, menu } = menuButton(icon(ICONS.more, 'icon', { stroke: true }), (close) => BUTTONS.filter(({ action }) => IN_MENU.includes(action))
      .map(({ action, label }) => menuItem(label, () => {
        close();
        actions[action]();
      }, { testid: `more-${action}` })), { className: 'icon-button actions-more', testid: 'action-more', title: 'More', arrow: false });
    this.append(button, menu);
    const pause = this.firstElementChild;
    pause.setAttribute('aria-pressed', 'false');
    model.addEventListener('pause', () => {
      pause.setAttribute('aria-pressed', String(model.paused));
      pause.replaceChildren(icon(ICONS[model.paused ? 'resume' : 'pause'], 'icon', { stroke: true }));
    });
  }
});
