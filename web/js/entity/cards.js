/**
 * The lists on a thing's page: its most frequent values and its neighbours.
 */

import { h } from '../dom.js';
import { fieldTitle } from '../fields.js';
import { count } from '../format.js';
import { clause, narrowed } from '../kql.js';
import { exploreAddress } from '../pivots.js';
import { barList } from '../widgets/bar-list.js';
import { pageOf } from './kinds.js';

/** The most frequent values of a field; each leads to its page, or to the events that have it. @param {any} facet @param {import('./questions.js').Entity} entity */
export function topCard({ fields: [field], groups, distinct }, { query, range, count: total }) {
  const whole = query.includes(' or ') ? `(${query})` : query;
  return h('section.top-card', { data: { testid: 'top', field } },
    h('h3', {}, fieldTitle(field), h('span.facet-note', { text: distinct > groups.length ? `${count(groups.length)} of ${count(distinct)}` : '' })),
    barList(groups, { field, total, name: (value) => h('a', { href: pageOf(field, value) ?? exploreAddress(narrowed(whole, clause(field, value)), range) }) }));
}

/** What is near. @param {import('./questions.js').Neighbours} neighbours @param {import('./questions.js').Entity} entity */
export function neighbourCard({ title, href, field, groups, distinct }, { range }) {
  return h('section.top-card', { data: { testid: 'neighbours' } },
    h('h3', {}, href ? h('a', { href, text: title }) : title, h('span.facet-note', { text: `${count(distinct)} in all` })),
    groups.length ? barList(groups, { field, total: groups.reduce((sum, { count: number }) => sum + number, 0), name: (value) => h('a', { href: pageOf(field, value) ?? exploreAddress(clause(field, value), range) }) })
      : h('p.facet-empty', { text: field === 'source.ip' ? 'Nobody else was seen.' : 'Nothing else was seen.' }));
}
