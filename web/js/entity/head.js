/**
 * What stands above a thing's page: how many events, against the period before, first and last seen, what is known of it, and ways on.
 */

import { h } from '../dom.js';
import { fieldTitle } from '../fields.js';
import { ago, count, counted, stamp, utc } from '../format.js';
import { both, clause } from '../kql.js';
import { exploreAddress } from '../pivots.js';
import { showChange } from '../widgets/change-mark.js';
import { countryName } from '../widgets/event-cells.js';
import { pageOf } from './kinds.js';

const ALL = { all: true };

/** Terms and numbers of the thing. @param {import('./questions.js').Entity} entity @returns {HTMLElement[]} */
export function headTotals({ count: number, previous, extent, families }) {
  if (!extent) return [];
  const now = Date.now();
  const parts = [...families].map(([family, part]) => `${count(part)} ${family}${part === 1 ? '' : 's'}`).join(', ');
  const mark = h('span.summary-change', { data: { testid: 'change' } });
  showChange(mark, number, previous);
  const moment = (at) => h('dd', {}, h('time', { text: stamp(at), title: utc(at) }), h('span.total-note', { text: ago(at, now) }));
  return [
    ['Events', h('dd', { text: count(number), data: { testid: 'entity-count', count: number } }, mark, h('span.total-note', { text: parts }))],
    ['First seen', moment(extent.from)],
    ['Last seen', moment(extent.to - 1)],
  ].map(([label, content]) => h('div', {}, h('dt', { text: label }), content));
}

/** Badges and links. @param {import('./questions.js').Entity} entity @returns {HTMLElement[]} */
export function headFacts({ query, range, facts, lists, families }) {
  return [
    ...[...facts].map(([field, value]) => fact(field, value)),
    ...lists.map(({ values: [list], count: hits }) => h('a.badge.warn', {
      href: exploreAddress(both(query, clause('threat.feed.name', list)), ALL), text: `On list ${list}`, title: counted(hits, 'event'), data: { testid: 'list', value: list, count: hits } })),
    h('a.tool.small', { href: exploreAddress(query, range), text: 'Open in Explore', data: { testid: 'to-explore' } }),
    families.get('post') ? h('a.tool.small', { href: exploreAddress(both('event.family: post', query), range), text: `${counted(families.get('post'), 'post')} about it`, data: { testid: 'to-posts' } }) : null,
  ].filter(Boolean);
}

function fact(field, value) {
  const page = pageOf(field, value);
  const text = field.endsWith('as.number') ? `AS${value}` : field.endsWith('iso_code') ? countryName(value) : String(value);
  return page ? h('a.badge', { href: page, text, title: fieldTitle(field) }) : h('span.badge', { text, title: fieldTitle(field) });
}
