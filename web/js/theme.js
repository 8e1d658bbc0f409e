/**
 * Dark and light: the system's preference until the viewer chooses, then the choice, kept in localStorage.
 */

import { TYPES } from './types.js';

const KEY = 'petrel.theme';
const prefersLight = matchMedia('(prefers-color-scheme: light)');
const changes = new EventTarget();

/** @returns {'dark'|'light'} */
export function theme() {
  const chosen = document.documentElement.dataset.theme;
  if (chosen === 'dark' || chosen === 'light') return chosen;
  return prefersLight.matches ? 'light' : 'dark';
}

/** Applies the stored choice; called once, before the first paint that matters. */
export function restoreTheme() {
  const chosen = stored();
  if (chosen) document.documentElement.dataset.theme = chosen;
  prefersLight.addEventListener('change', () => changes.dispatchEvent(new Event('change')));
}

/** Switches to the other theme and remembers it. */
export function toggleTheme() {
  const next = theme() === 'dark' ? 'light' : 'dark';
  document.documentElement.dataset.theme = next;
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // Storage may be forbidden; the choice then lasts as long as the page.
  }
  changes.dispatchEvent(new Event('change'));
}

/** Calls back when the theme has changed. @param {() => void} listener */
export function onThemeChange(listener) {
  changes.addEventListener('change', listener);
}

/**
 * The colours that canvases need, read from the style sheet so that they are stated once.
 * @returns {{ocean: string, land: number[], hot: number[], border: string, graticule: string, sea: string, halo: string, night: string, types: number[][]}}
 */
export function palette() {
  const style = getComputedStyle(document.documentElement);
  const value = (name) => style.getPropertyValue(name).trim();
  return {
    ocean: value('--ocean'),
    land: rgb(value('--land')),
    hot: rgb(value('--land-hot')),
    border: value('--border-land'),
    graticule: value('--graticule'),
    sea: value('--sea-near'),
    halo: value('--halo'),
    night: value('--night'),
    types: TYPES.map((type) => rgb(value(`--type-${type.id}`))),
  };
}

/** `#1a2b3c` → three numbers from 0 to 255. @param {string} hex */
function rgb(hex) {
  const number = Number.parseInt(hex.slice(1), 16);
  return [number >> 16, (number >> 8) & 255, number & 255];
}

function stored() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
