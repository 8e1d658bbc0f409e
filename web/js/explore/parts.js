/**
 * Small parts of the workbench: the query's parts as chips, and what stands where nothing was found.
 */

import { ask } from '../api.js';
import { h } from '../dom.js';
import { stamp } from '../format.js';
import { conjuncts, widened } from '../kql.js';
import { throughLens } from '../noise.js';
import { rangeLabel } from '../range.js';
import { stateAction, stateBox } from '../widgets/states.js';

const DAY = 86_400_000;

/**
 * The parts of a query, each to be taken out. A query of one part needs none.
 * @param {string} q
 * @param {(q: string) => void} change
 * @returns {HTMLElement[]}
 */
export function filterChips(q, change) {
  const parts = conjuncts(q);
  if (parts.length < 2) return [];
  return parts.map((part) => h(`span.filter-chip${part.startsWith('not ') ? '.negative' : ''}`, { data: { testid: 'chip' } }, h('span', { text: part, title: part }),
    h('button', { type: 'button', text: '×', 'aria-label': `Take out ${part}`, on: { click: () => change(widened(q, part)) } })));
}

/**
 * What stands where a view has no events: says why, and where there are some.
 * @param {import('./view.js').View} view
 * @param {(part: Partial<import('./view.js').View>) => void} change
 */
export function emptyBox(view, change) {
  const actions = h('div.tool-group');
  const isAll = 'all' in view.range;
  const box = stateBox({
    title: view.q ? 'No event matches' : 'No events here',
    text: isAll && !view.q && !view.hidesNoise ? 'Nothing is stored yet. Point a source at Petrel, or import a log: petrel import eve.json' : `${rangeLabel(view.range)}${view.q ? `, ${view.q}` : ''}${view.hidesNoise ? '; noise is hidden' : ''}`,
  });
  box.append(actions);
  if (view.q) actions.append(stateAction('Without the query', () => change({ q: '' })));
  if (view.hidesNoise) actions.append(stateAction('Show noise', () => change({ hidesNoise: false }), { testid: 'empty-show-noise' }));
  if (isAll) return box;
  ask('seen', { q: throughLens(view.q, view.hidesNoise) }).then(({ count, last }) => {
    if (!count) {
      actions.before(h('p', { text: view.q ? 'Nothing that is stored matches this query.' : 'Nothing is stored yet. Point a source at Petrel, or import a log: petrel import eve.json' }));
      return;
    }
    const newest = Date.parse(last);
    actions.before(h('p', { text: `The newest one that matches is of ${stamp(newest)}.` }));
    actions.prepend(stateAction('The 24 hours before it', () => change({ range: { from: newest + 1 - DAY, to: newest + 1 } }), { testid: 'jump-newest' }),
      stateAction('Everything stored', () => change({ range: { all: true } }), { testid: 'jump-all' }));
  }, () => actions.prepend(stateAction('Everything stored', () => change({ range: { all: true } }), { testid: 'jump-all' })));
  return box;
}
