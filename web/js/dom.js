/**
 * Builds DOM nodes without markup strings: whatever a log says becomes text, never an element.
 */

const SVG = 'http://www.w3.org/2000/svg';

/**
 * Makes an element.
 * @param {string} tag tag name, optionally with classes: `span.badge.quiet`
 * @param {Record<string, unknown>} [properties] `text`, `on` (listeners), `data` (dataset), anything else an attribute;
 *   `null`, `undefined` and `false` leave the attribute out
 * @param {...(Node|string|null|undefined|false)} children
 * @returns {HTMLElement}
 */
export function h(tag, properties = {}, ...children) {
  const [name, ...classes] = tag.split('.');
  const element = document.createElement(name);
  if (classes.length) element.className = classes.join(' ');
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === 'text') element.textContent = String(value);
    else if (key === 'on') for (const [type, listener] of Object.entries(value)) element.addEventListener(type, listener);
    else if (key === 'data') Object.assign(element.dataset, value);
    else element.setAttribute(key, value === true ? '' : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/**
 * Makes an SVG element.
 * @param {string} name
 * @param {Record<string, unknown>} [attributes]
 * @param {...Node} children
 * @returns {SVGElement}
 */
export function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.append(...children);
  return element;
}

/**
 * Makes an SVG of one path on a 16 × 16 grid that takes the colour of its text.
 * @param {string} path
 * @param {string} className
 * @param {{stroke?: boolean}} [options] `stroke`: draw lines instead of areas
 * @returns {SVGSVGElement}
 */
export function icon(path, className, { stroke = false } = {}) {
  const lines = { stroke: 'currentColor', 'stroke-width': 1.5, 'stroke-linecap': 'round', 'stroke-linejoin': 'round' };
  return svg('svg', { viewBox: '0 0 16 16', class: className, 'aria-hidden': true },
    svg('path', { d: path, fill: stroke ? 'none' : 'currentColor', 'fill-rule': 'evenodd', ...(stroke ? lines : {}) }));
}

/**
 * Sets an element's text only when it differs, so that a selection in it survives an update.
 * @param {Node} node
 * @param {string} text
 */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * Whether a keyboard event is meant for a field and not for the page's shortcuts.
 * @param {KeyboardEvent} event
 */
export function isTyping(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  return target.matches?.('input, textarea, select, [contenteditable]') ?? false;
}
