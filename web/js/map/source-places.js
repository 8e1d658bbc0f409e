/**
 * Where attacks came from lately: each place with the number of its events and the stretches of the journal that hold
 * exactly these.
 */

import { placeOf } from './projection.js';

/** A place is forgotten when it has been quiet for so long, in seconds. */
const QUIET_SECONDS = 60;
/** Places remembered; beyond, the quietest goes. */
const MOST_PLACES = 2000;

/**
 * @typedef {object} SourcePlace
 * @property {string} key latitude and longitude
 * @property {import('./projection.js').Place} place
 * @property {string|null} country
 * @property {string} accuracy
 * @property {number} count events
 * @property {import('../api.js').Span[]} spans
 * @property {number} stretch during which the last span was open
 * @property {number} last the map's seconds
 */

/** The places of the sources. */
export class SourcePlaces {
  /** The quietest first. @type {Map<string, SourcePlace>} */
  #places = new Map();
  /** Grows when this screen may have missed events: a span must not reach over that. */
  #stretch = 0;

  /** Events may have been missed. */
  interrupt() {
    this.#stretch += 1;
  }

  clear() {
    this.#places.clear();
  }

  /** @param {import('../live/row.js').ArcMessage} message @param {number} now the map's seconds */
  add({ lat, lon, country, accuracy, count, span }, now) {
    const key = `${lat}|${lon}`;
    const place = this.#places.get(key) ?? { key, place: placeOf(lon, lat), country, accuracy, count: 0, spans: [], stretch: -1, last: now };
    // Newest last, so that the quietest are found at the beginning.
    this.#places.delete(key);
    this.#places.set(key, place);
    place.count += count;
    place.last = now;
    // Every event between two spans of one stretch was seen, and none of them was of this place.
    if (place.stretch === this.#stretch) place.spans.push(joined(place.spans.pop(), span));
    else place.spans.push(span);
    place.stretch = this.#stretch;
    if (this.#places.size > MOST_PLACES) this.#places.delete(this.#places.keys().next().value);
  }

  /** The places that were not quiet too long. @param {number} now @returns {SourcePlace[]} */
  recent(now) {
    for (const [key, place] of this.#places) {
      if (now - place.last <= QUIET_SECONDS) break;
      this.#places.delete(key);
    }
    return [...this.#places.values()];
  }
}

/** One span from the beginning of the earlier to the end of the later. */
function joined(one, other) {
  if ('from' in one && 'from' in other) return { from: Math.min(one.from, other.from), to: Math.max(one.to, other.to) };
  const least = BigInt(one.after) < BigInt(other.after) ? one.after : other.after;
  const most = BigInt(one.upTo) > BigInt(other.upTo) ? one.upTo : other.upTo;
  return { after: least, upTo: most };
}
