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

  /**
   * Goes with the pointer over an element, once a frame, however often that is told of.
   * @param {HTMLElement} element
   * @param {(x: number, y: number, isPressed: boolean) => string|null} textAt what is there, in CSS pixels of the element
   */
  follow(element, textAt) {
    /** @type {PointerEvent|null} the newest that has not been followed */
    let newest = null;
    const show = () => {
      if (!newest) return;
      const box = element.getBoundingClientRect();
      const [x, y] = [newest.clientX - box.left, newest.clientY - box.top];
      const text = textAt(x, y, newest.buttons !== 0);
      newest = null;
      if (text) this.show(text, x, y, box.width);
      else this.hide();
    };
    element.addEventListener('pointermove', (event) => {
      if (newest === null) requestAnimationFrame(show);
      newest = event;
    });
    element.addEventListener('pointerleave', () => {
      newest = null;
      this.hide();
    });
  }

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
