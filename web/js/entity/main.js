/**
 * Starts the page of one thing.
 */

import { startShell } from '../shell.js';
import './petrel-entity.js';

const entity = /** @type {any} */ (document.querySelector('petrel-entity'));
const follow = () => entity.toggleFollow();
const noise = () => entity.toggleNoise();

startShell({
  keys: { l: follow, h: noise },
  help: [['l', 'Follow live'], ['h', 'Hide noise, or show it'], ['↑ ↓', 'Move in the table'], ['Enter', 'Open the event'], ['← →', 'On the chart: read bars; with Shift choose, Enter opens them']],
  commands: () => [{ name: 'Follow live', hint: 'l', perform: follow }, { name: 'Hide noise, or show it', hint: 'h', perform: noise }],
});
