/**
 * Starts the wall board: a map and big numbers that nobody has to touch.
 */

import { fetchJSON, Refusal } from '../api.js';
import '../map/petrel-map.js';
import { Model } from '../model.js';
import { restoreTheme, toggleTheme } from '../theme.js';
import { errorBox } from '../widgets/states.js';
import { BoardControls } from './board-controls.js';
import { BoardLens } from './board-lens.js';
import { enter, hasToken } from './entry.js';
import { PANELS } from './panels.js';
import './petrel-board.js';
import { readSettings } from './settings.js';

/** The pointer and the buttons are away after so long without a move or a touch. */
const IDLE_MS = 4000;

const model = new Model();
const board = /** @type {any} */ (document.querySelector('petrel-board'));

restoreTheme();
/** @type {any} */ (document.querySelector('petrel-map')).connect(model, document.querySelector('.board-free'));
const settings = readSettings(location.search, Object.keys(PANELS));
const lens = new BoardLens(model, settings.hidesNoise);
board.connect(model, settings, lens.element);
model.feed.addEventListener('status', ({ detail }) => detail.phase === 'reconnecting' && comeBack());
start();

/** Goes live as soon as the server lets the board in; what does not answer is tried for ever, what refuses says why. */
async function start() {
  await enter();
  const refusal = await whyNot();
  if (!refusal) return void model.start();
  const box = errorBox(refusal, () => {
    box.remove();
    start();
  });
  box.classList.add('board-locked');
  return void document.querySelector('main').append(box);
}

/** The server was away. A restart has ended the session; without a token to enter again, the page asks for one. */
async function comeBack() {
  await enter();
  if (!hasToken() && await whyNot()) location.reload();
}

/** Why the server does not let this screen in; null when it does, or does not answer. @returns {Promise<Refusal|null>} */
async function whyNot() {
  try {
    await fetchJSON('api/v1/live/snapshot');
    return null;
  } catch (error) {
    return error instanceof Refusal && error.status === 401 ? error : null;
  }
}

/** @type {import('./board-controls.js').Control[]} */
const controls = [
  { name: 'back', label: 'Panel before', key: '←', perform: () => board.turn(-1) },
  { name: 'hold', label: 'Let the panel stand', key: 'space', perform: () => board.hold(), isOn: () => board.isHeld },
  { name: 'go', label: 'Next panel', key: '→', perform: () => board.turn(1) },
  { name: 'noise', label: 'Hide noise', key: 'h', perform: () => lens.toggle(), isOn: () => model.hidesNoise },
  { name: 'sound', label: 'Sound', key: 's', perform: () => board.toggleSound(), isOn: () => board.isHeard },
  { name: 'theme', label: 'Dark or light', key: 't', perform: toggleTheme },
  ...(document.fullscreenEnabled ? [{ name: /** @type {const} */ ('fullscreen'), label: 'Full screen', key: 'f', perform: toggleFullscreen }] : []),
];
const row = new BoardControls(controls);
board.append(row.element);
const NAMES = { ArrowLeft: '←', ArrowRight: '→', ' ': 'space' };
addEventListener('keydown', async (event) => {
  board.wake();
  const target = /** @type {HTMLElement} */ (event.target);
  const isOnMap = target.closest('petrel-map') !== null && event.key.startsWith('Arrow');
  // A button takes the space bar; the other keys stay the board's after one of its buttons was pressed.
  const isOnButton = target.closest('button') !== null && (event.key === ' ' || !row.element.contains(target));
  if (event.ctrlKey || event.metaKey || event.altKey || isOnMap || isOnButton || target.closest('input, dialog')) return;
  const control = controls.find(({ key }) => key === (NAMES[event.key] ?? event.key));
  if (!control) return;
  event.preventDefault();
  await control.perform();
  row.show();
});
addEventListener('pointerdown', () => board.wake());

let timer = 0;
for (const type of ['pointermove', 'pointerdown']) {
  addEventListener(type, () => {
    document.body.classList.remove('idle');
    clearTimeout(timer);
    timer = setTimeout(() => document.body.classList.add('idle'), IDLE_MS);
  });
}

/** A browser may refuse; the page then stays as it is. */
function toggleFullscreen() {
  const change = document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen();
  change.catch(() => {});
}
