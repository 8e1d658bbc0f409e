/**
 * How a number has changed against the period before.
 */

import { h, setText } from '../dom.js';
import { change, count, period, shortCount } from '../format.js';

/**
 * Says a change in an element; hides it where nothing is compared, or where there was and is nothing.
 * @param {HTMLElement} mark
 * @param {number} number
 * @param {{previous: number, from: string, to: string}|null} previous
 */
export function showChange(mark, number, previous) {
  mark.hidden = !previous || (previous.previous === 0 && number === 0);
  if (!previous || mark.hidden) return;
  setText(mark, change(number, previous.previous));
  mark.dataset.previous = String(previous.previous);
  mark.className = `summary-change ${number > previous.previous ? 'up' : 'down'}`;
  mark.title = `${count(previous.previous)} in the period before: ${period(Date.parse(previous.from), Date.parse(previous.to))}`;
  mark.append(h('span.quiet', { text: previous.previous ? ` from ${shortCount(previous.previous)} before` : ', none before' }));
}
