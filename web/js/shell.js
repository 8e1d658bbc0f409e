/**
 * What every screen of the workbench has: theme, navigation, palette, keys.
 */

import { address } from './api.js';
import { commandsFor } from './commands.js';
import { isTyping } from './dom.js';
import { restoreTheme, toggleTheme } from './theme.js';
import './widgets/petrel-keys.js';
import './widgets/petrel-nav.js';
import './widgets/petrel-palette.js';

/** After `g` a second key names the screen. */
const GO = { m: './', e: 'explore', s: 'sources' };
const GO_MS = 1200;

/**
 * Starts a screen.
 * @param {{keys?: Record<string, () => void>, help?: [string, string][], commands?: () => import('./widgets/petrel-palette.js').Command[]}} screen
 *   its own keys by `event.key`, what they mean, its own commands
 */
export function startShell({ keys = {}, help = [], commands = () => [] } = {}) {
  restoreTheme();
  const palette = /** @type {any} */ (document.createElement('petrel-palette'));
  const keysDialog = /** @type {any} */ (document.createElement('petrel-keys'));
  document.body.append(palette, keysDialog);
  const showKeys = () => keysDialog.toggle(help);
  palette.commands = (text) => commandsFor(text, commands(), showKeys);
  document.addEventListener('open-palette', () => palette.toggle());
  document.addEventListener('open-keys', showKeys);
  const all = { t: toggleTheme, '?': showKeys, ...keys };
  let goingUntil = 0;
  addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      palette.toggle();
      return;
    }
    const onButton = event.key === ' ' && /** @type {HTMLElement} */ (event.target).matches('button, a, summary');
    if (event.ctrlKey || event.metaKey || event.altKey || onButton || isTyping(event) || document.querySelector('dialog[open], :popover-open')) return;
    if (performance.now() < goingUntil && GO[event.key]) {
      location.assign(address(GO[event.key]));
      return;
    }
    goingUntil = event.key === 'g' ? performance.now() + GO_MS : 0;
    const perform = all[event.key];
    if (!perform) return;
    event.preventDefault();
    perform();
  });
}
