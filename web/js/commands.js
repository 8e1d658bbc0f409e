/**
 * What the palette offers on every screen, for what is written in it.
 */

import { entityAddress, guesses, kindNamed } from './entity/kinds.js';
import { conjuncts } from './kql.js';
import { exploreAddress } from './pivots.js';
import { knownViews } from './saved-views.js';
import { address } from './api.js';
import { toggleTheme } from './theme.js';
import { screens } from './widgets/petrel-nav.js';

/**
 * @param {string} text
 * @param {import('./widgets/petrel-palette.js').Command[]} own commands of this screen
 * @param {() => void} showKeys
 * @returns {import('./widgets/petrel-palette.js').Command[]}
 */
export function commandsFor(text, own, showKeys) {
  const fixed = [
    ...screens.map(({ label, href }) => ({ name: label, group: 'Go to', href })),
    ...knownViews().map(({ name, search }) => ({ name, group: 'Saved views', href: address(`explore?${search}`) })),
    ...own.map((command) => ({ group: 'Here', ...command })),
    { name: 'Dark or light', group: 'Everywhere', hint: 't', perform: toggleTheme },
    { name: 'Keys', group: 'Everywhere', hint: '?', perform: showKeys },
  ];
  if (!text) return fixed;
  const wanted = text.toLowerCase();
  const things = guesses(text).map(({ kind, value }) => ({ name: `${kindNamed(kind).title} ${value}`, group: 'Look up', hint: 'page', href: entityAddress(kind, value) }));
  const query = conjuncts(text).length && /[:<>]/.test(text) && !things.length ? text : null;
  const searches = query
    ? [{ name: text, group: 'Search', hint: 'query', href: exploreAddress(query, { all: true }) }]
    : [{ name: `Events that say “${text}”`, group: 'Search', href: exploreAddress(`"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`, { all: true }) },
      { name: `Rule ${text}`, group: 'Search', hint: 'page', href: entityAddress('rule', text) },
      { name: `Sensor ${text}`, group: 'Search', hint: 'page', href: entityAddress('sensor', text) }];
  return [...things, ...fixed.filter(({ name }) => name.toLowerCase().includes(wanted)), ...searches];
}
