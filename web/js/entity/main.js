/**
 * Starts the page of one thing.
 */

import { startShell } from '../shell.js';
import './petrel-entity.js';

const entity = /** @type {any} */ (document.querySelector('petrel-entity'));
const follow = () => entity.toggleFollow();
const noise = () => entity.toggleNoise();
const range = () => entity.openRange();
const compare = () => entity.toggleCompare();

startShell({
  keys: { r: range, c: compare, l: follow, h: noise },
  help: [['r', 'Choose a time range'], ['c', 'Compare with the period before'], ['l', 'Follow live'], ['h', 'Hide noise, or show it'], ['↑ ↓', 'Move in the table'], ['Enter', 'Open the event'], ['← →', 'On the chart: read bars; with Shift choose, Enter shows']],
  commands: () => [{ name: 'Choose a time range', hint: 'r', perform: range }, { name: 'Compare with the period before', hint: 'c', perform: compare },
    { name: 'Follow live', hint: 'l', perform: follow }, { name: 'Hide noise, or show it', hint: 'h', perform: noise }],
});
