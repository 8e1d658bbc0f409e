/**
 * What the drawer shows of the places that a circle on the map stands for.
 */

import { h } from '../dom.js';
import { count, counted } from '../format.js';

/** Degrees as they are read: `52.5° N, 13.4° E`. @param {number} lat @param {number} lon */
export const degrees = (lat, lon) => `${Math.abs(lat)}° ${lat < 0 ? 'S' : 'N'}, ${Math.abs(lon)}° ${lon < 0 ? 'W' : 'E'}`;

/** @param {import('../map/source-places.js').SourcePlace[]} places */
export function placesTitle(places) {
  const [first] = places;
  return places.length === 1 ? `${first.country ?? 'Unknown'} · ${degrees(first.place.lat, first.place.lon)}` : counted(places.length, 'place');
}

/**
 * Places with their counts; each opens its own events.
 * @param {import('../map/source-places.js').SourcePlace[]} places
 * @param {(place: import('../map/source-places.js').SourcePlace) => void} onPlace
 */
export function placeList(places, onPlace) {
  const sum = places.reduce((total, place) => total + place.count, 0);
  return [
    h('p.drawer-total', { data: { testid: 'places-total', count: sum }, text: counted(sum, 'event') }),
    h('p.drawer-note', { text: 'Places that overlap on the map at this zoom, and what came from each since this screen first saw it. Zoom in to part them.' }),
    h('ol.evidence', {}, ...places.map((place) => h('li', {}, h('button.evidence-row.place-row', {
      type: 'button', data: { testid: 'place-row', key: place.key }, on: { click: () => onPlace(place) },
    }, h('strong', { text: place.country ?? '??' }), h('span', { text: degrees(place.place.lat, place.place.lon) }),
    h('span.number', { text: count(place.count) }),
    h('span.evidence-title.quiet', { text: place.accuracy === 'country' ? 'Only the country is known' : 'Position of the city' }))))),
  ];
}
