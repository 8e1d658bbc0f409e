/**
 * A list of values with their counts as bars.
 */

import { h } from '../dom.js';
import { change, count, share } from '../format.js';
import { valueContent } from './event-cells.js';

/**
 * @typedef {object} BarOptions
 * @property {string} field whose values they are
 * @property {number} total what a whole bar's share is of
 * @property {(value: any) => HTMLElement} name makes the element that bears the value's name: a link or a button
 * @property {(value: any) => Node[]} [tools] what stands behind the count
 */

/**
 * @param {{values: any[], count: number, previous?: number}[]} groups by count
 * @param {BarOptions} options
 * @returns {HTMLElement}
 */
export function barList(groups, { field, total, name, tools }) {
  const most = Math.max(1, ...groups.map((group) => group.count));
  return h('ul.bar-list', {}, ...groups.map((group) => {
    const [value] = group.values;
    const bar = h('i.bar-mark', { 'aria-hidden': true });
    bar.style.transform = `scaleX(${group.count / most})`;
    const label = name(value);
    label.classList.add('bar-name');
    label.append(...valueContent(field, value));
    label.title = String(value);
    return h('li.bar-row', { data: { testid: 'bar', field, value, count: group.count } }, bar, h('span.bar-tools', {}, ...(tools?.(value) ?? [])), label,
      h('span.bar-count', { text: count(group.count) }), shareElement(group, total));
  }));
}

/** The share of the whole, or the change where there is an earlier number. */
function shareElement({ count: current, previous }, total) {
  if (previous === undefined) return h('span.bar-share', { text: share(current, total) });
  const direction = current > previous ? '.up' : current < previous ? '.down' : '';
  return h(`span.bar-share${direction}`, { text: change(current, previous), title: `${count(previous)} in the period before`, data: { previous } });
}
