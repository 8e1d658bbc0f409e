/**
 * What the marks of the map mean, and how exactly each place is known.
 */

import { h } from '../dom.js';
import { counted } from '../format.js';
import { menuButton } from './menu.js';

/** Class of the sample, name, meaning. */
const MARKS = [
  ['dot', 'Dot', 'A source whose city is known, or whose position the record states. The city is where the address is registered.'],
  ['ring', 'Ring', 'A source of which only the country is known. It stands in the country’s middle, which is nobody’s address.'],
  ['circle', 'Circle', 'Events of the last minutes from places that overlap at this zoom. Dashed: only countries are known. Zoom in to part them.'],
  ['sensor', 'Double circle', 'A sensor that stands where the configuration says.'],
  ['unplaced', 'Dashed circle', 'A sensor without a place, in the tray beside the map.'],
  ['post', 'Diamond', 'A post: at the place it states, or that of an address it names. Hollow: only the country is known.'],
  ['trace', 'Arc', 'From source to sensor. Wide is many events in one arc (×n), or what is unusual where that is chosen. A location says nothing about who was behind it.'],
  ['night', 'Shade', 'Countries: the more attacks, the stronger. The dark side of the earth is where it is night.'],
];

/**
 * The button in the legend and its menu.
 * @param {import('../model.js').Model} model
 * @returns {Node[]}
 */
export function legendKey(model) {
  const { button, menu } = menuButton('Key', () => [h('h2.key-title', { text: 'What the map shows' }),
    h('dl.key', {}, ...MARKS.flatMap(([kind, name, meaning]) => [
      h('dt', {}, h(`span.key-mark.key-${kind}`, { 'aria-hidden': 'true' }), name), h('dd', { text: meaning })])),
    h('p.key-tray', { data: { testid: 'key-tray' }, text: trayText(model.snapshot?.unplaced) })],
  { className: 'chip chip-key', testid: 'legend-key', title: 'What the marks of the map mean', arrow: false });
  menu.classList.add('key-menu');
  menu.tabIndex = 0;
  return [button, menu];
}

/** What is not on the map because it cannot be. @param {{private: number, unmapped: number}|undefined} unplaced */
function trayText(unplaced) {
  const { private: inner, unmapped } = unplaced ?? { private: 0, unmapped: 0 };
  return `Beside the map: ${counted(inner, 'event')} from private, loopback or documentation addresses, and ${counted(unmapped, 'event')} whose address no database places or that have none. Nothing is ever put at 0°, 0°.`;
}
