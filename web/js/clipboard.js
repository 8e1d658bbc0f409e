/**
 * Copying, where the browser lets pages do it: over https and on loopback.
 */

import { h } from './dom.js';
import { toast } from './widgets/petrel-toasts.js';

/** Whether pages may copy here. */
export const canCopy = () => Boolean(navigator.clipboard);

/** Copies a text and says so. @param {string} text @param {string} what */
export async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    toast(`${what} copied`);
  } catch {
    toast(`The browser did not allow copying. ${what}: ${text.slice(0, 300)}`, true);
  }
}

/** A button that copies; null where copying is not possible. @param {string} label @param {string} what @param {() => string} text */
export const copyButton = (label, what, text) => (canCopy()
  ? h('button.button', { type: 'button', text: label, on: { click: () => copy(text(), what) } }) : null);
