/**
 * What is under the pointer, in a few words beside it.
 */

import { h } from '../dom.js';
import { counted } from '../format.js';
import { typeLabel } from '../types.js';

const WIDTH_PX = 260;
const APART_PX = 14;

/** A tooltip over the map. */
export class Hint {
  element = h('div.map-hint', { role: 'tooltip', hidden: true });

  hide() {
    this.element.hidden = true;
  }

  /** @param {string} text @param {number} x CSS pixels of the map @param {number} y @param {number} width the map's */
  show(text, x, y, width) {
    const left = x > width - WIDTH_PX;
    this.element.textContent = text;
    this.element.hidden = false;
    this.element.style.transform = `translate(${x + (left ? -APART_PX : APART_PX)}px, ${y + APART_PX}px)${left ? ' translateX(-100%)' : ''}`;
  }
}

/** @param {import('./arc-set.js').Arc} arc */
export function arcText({ message: { type, country, sensor }, count }) {
  return `${typeLabel(type)} · ${country ?? '??'} → ${sensor ?? 'unnamed sensor'} · ${counted(count, 'event')}`;
}
