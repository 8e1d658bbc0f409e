/**
 * Starts the wall board: a map and big numbers that nobody has to touch.
 */

import { fetchJSON, Refusal } from '../api.js';
import '../map/petrel-map.js';
import { Model } from '../model.js';
import { restoreTheme, toggleTheme } from '../theme.js';
import { errorBox } from '../widgets/states.js';
import { BoardLens } from './board-lens.js';
import { enter, hasToken } from './entry.js';
import { PANELS } from './panels.js';
import './petrel-board.js';
import { readSettings } from './settings.js';

/** The pointer is away after so long without a move. */
const IDLE_MS = 3000;

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

const actions = {
  ArrowLeft: () => board.turn(-1), ArrowRight: () => board.turn(1), ' ': () => board.hold(), s: () => board.toggleSound(), h: () => lens.toggle(), f: toggleFullscreen, t: toggleTheme,
};
addEventListener('keydown', (event) => {
  board.wake();
  const target = /** @type {HTMLElement} */ (event.target);
  const isOnMap = target.closest('petrel-map') !== null && event.key.startsWith('Arrow');
  if (event.ctrlKey || event.metaKey || event.altKey || isOnMap || target.closest('input, button, dialog')) return;
  const perform = actions[event.key];
  if (!perform) return;
  event.preventDefault();
  perform();
});
addEventListener('pointerdown', () => board.wake());

let timer = 0;
addEventListener('pointermove', () => {
  document.body.classList.remove('idle');
  clearTimeout(timer);
  timer = setTimeout(() => document.body.classList.add('idle'), IDLE_MS);
});

/** A browser may refuse; the page then stays as it is. */
function toggleFullscreen() {
  const change = document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen();
  change.catch(() => {});
}
