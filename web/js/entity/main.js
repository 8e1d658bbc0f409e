/**
 * Starts the page of one thing.
 */

import { startShell } from '../shell.js';
import './petrel-entity.js';

const entity = /** @type {any} */ (document.querySelector('petrel-entity'));
const follow = () => entity.toggleFollow();

startShell({
  keys: { l: follow },
  help: [['l', 'Follow live'], ['↑ ↓', 'Move in the table'], ['Enter', 'Open the event'], ['← →', 'On the chart: read bars; with Shift choose, Enter opens them']],
  commands: () => [{ name: 'Follow live', hint: 'l', perform: follow }],
});
