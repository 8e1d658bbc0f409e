/**
 * Starts the workbench.
 */

import { startShell } from '../shell.js';
import './petrel-explore.js';

const explore = /** @type {any} */ (document.querySelector('petrel-explore'));

startShell({
  keys: explore.keys,
  help: [['/', 'Write a query'], ['r', 'Choose a time range'], ['e', 'Into the table; ↑ ↓ PgUp PgDn Home End move'], ['Enter', 'Open the event'], ['c', 'Compare with the period before'],
    ['l', 'Follow live'], ['h', 'Hide noise, or show it'], ['← →', 'On the chart: read bars; with Shift choose, Enter shows']],
  commands: () => [
    { name: 'Write a query', hint: '/', perform: explore.keys['/'] },
    { name: 'Choose a time range', hint: 'r', perform: explore.keys.r },
    { name: 'Compare with the period before', hint: 'c', perform: explore.keys.c },
    { name: 'Follow live', hint: 'l', perform: explore.keys.l },
    { name: 'Hide noise, or show it', hint: 'h', perform: explore.keys.h },
  ],
});
