/**
 * What every screen of the workbench has: theme, navigation, palette, keys.
 */

import { address, fetchJSON } from './api.js';
import { commandsFor } from './commands.js';
import { h, isTyping } from './dom.js';
import { loadViews } from './saved-views.js';
import { restoreTheme, toggleTheme } from './theme.js';
import './widgets/petrel-keys.js';
import './widgets/petrel-nav.js';
import './widgets/petrel-palette.js';

/** After `g` a second key names the screen. */
const GO = { m: './', e: 'explore', s: 'sources' };
const GO_MS = 1200;

/** Invented events are marked as such on every screen. The map says so itself. */
async function markSimulation() {
  const nav = document.querySelector('petrel-nav:not([data-bare])');
  if (!nav) return;
  const { sources } = await fetchJSON('api/v1/sources');
  if (!sources.some(({ simulated }) => simulated)) return;
  document.body.dataset.mode = 'simulated';
  nav.querySelector('.nav-links').after(h('span.mode', { text: 'SIMULATED', title: 'Invented events in a throw-away journal: none of these attacks happened', data: { mode: 'simulated', testid: 'simulated' } }));
}

/**
 * Starts a screen.
 * @param {{keys?: Record<string, () => void>, help?: [string, string][], commands?: () => import('./widgets/petrel-palette.js').Command[]}} screen
 *   its own keys by `event.key`, what they mean, its own commands
 */
export function startShell({ keys = {}, help = [], commands = () => [] } = {}) {
  restoreTheme();
  // A server that does not answer is told of by what the screen itself asks.
  markSimulation().catch(() => {});
  const palette = /** @type {any} */ (document.createElement('petrel-palette'));
  const keysDialog = /** @type {any} */ (document.createElement('petrel-keys'));
  document.body.append(palette, keysDialog);
  const showKeys = () => keysDialog.toggle(help);
  palette.commands = (text) => commandsFor(text, commands(), showKeys);
  // The palette offers at once what is known; views that were saved meanwhile come in behind it. A server that does not answer is
  // told of by what the screen itself asks.
  const togglePalette = () => {
    if (palette.toggle()) loadViews().then(() => palette.refresh(), () => {});
  };
  document.addEventListener('open-palette', togglePalette);
  document.addEventListener('open-keys', showKeys);
  const all = { t: toggleTheme, '?': showKeys, ...keys };
  let goingUntil = 0;
  addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      togglePalette();
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
