/**
 * A button with a menu below it. The browser's popover closes it on Escape and on a click elsewhere.
 */

import { h, icon } from '../dom.js';

const DOWN = 'M4 6.500l4 4 4-4';
const EDGE = 8;
let serial = 0;

/**
 * @param {string|Node} label
 * @param {(close: () => void) => (Node|null)[]} content made each time the menu opens
 * @param {{className?: string, testid?: string, title?: string, role?: string, arrow?: boolean}} [options]
 * @returns {{button: HTMLButtonElement, menu: HTMLElement, close: () => void}}
 */
export function menuButton(label, content, { className = 'tool', testid, title, role = 'dialog', arrow = true } = {}) {
  serial += 1;
  const id = `menu-${serial}`;
  const menu = h('div.menu', { id, popover: 'auto', role, 'aria-label': title ?? (typeof label === 'string' ? label : 'Menu') });
  const button = /** @type {HTMLButtonElement} */ (h(`button.${className.replaceAll(' ', '.')}`, {
    type: 'button', popovertarget: id, 'aria-haspopup': role, 'aria-expanded': 'false', title, data: { testid: testid ?? '' },
  }, label, arrow ? icon(DOWN, 'icon', { stroke: true }) : null));
  const close = () => menu.matches(':popover-open') && menu.hidePopover();
  menu.addEventListener('beforetoggle', (event) => {
    if (/** @type {ToggleEvent} */ (event).newState === 'open') menu.replaceChildren(...content(close).filter(Boolean));
  });
  menu.addEventListener('toggle', (event) => {
    const isOpen = /** @type {ToggleEvent} */ (event).newState === 'open';
    button.setAttribute('aria-expanded', String(isOpen));
    if (!isOpen) return;
    place(menu, button);
    menu.querySelector('input, button, a')?.focus();
  });
  menu.addEventListener('keydown', (event) => step(menu, event));
  return { button, menu, close };
}

/** Puts the menu below its button, inside the window. */
function place(menu, button) {
  const at = button.getBoundingClientRect();
  const size = menu.getBoundingClientRect();
  const below = at.bottom + 4 + size.height < innerHeight - EDGE;
  menu.style.left = `${Math.max(EDGE, Math.min(at.left, innerWidth - size.width - EDGE))}px`;
  menu.style.top = `${below ? at.bottom + 4 : Math.max(EDGE, innerHeight - size.height - EDGE)}px`;
}

/** Arrow keys walk through the entries. */
function step(menu, event) {
  const direction = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!direction || event.target.matches('input[type="datetime-local"], select')) return;
  const items = [...menu.querySelectorAll('.menu-item, input')];
  const next = items[(items.indexOf(document.activeElement) + direction + items.length) % items.length];
  event.preventDefault();
  next?.focus();
}

/** One entry of a menu. @param {string|Node} label @param {() => void} perform @param {{checked?: boolean, testid?: string, title?: string}} [options] */
export const menuItem = (label, perform, { checked, testid, title } = {}) => h('button.menu-item', {
  type: 'button', title, 'aria-pressed': checked === undefined ? null : String(checked),
  data: { testid: testid ?? '' }, on: { click: perform },
}, label);
