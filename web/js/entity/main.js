/**
 * Starts the page of one thing.
 */

import { startShell } from '../shell.js';
import './petrel-entity.js';

startShell({ help: [['↑ ↓', 'Move in the table'], ['Enter', 'Open the event'], ['← →', 'On the chart: read bars; with Shift choose, Enter opens them']] });
