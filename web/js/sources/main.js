/**
 * Starts the screen of the sources.
 */

import { startShell } from '../shell.js';
import './petrel-source-page.js';

startShell();
