/**
 * The arcs that are in the air. Time is the map's own, in seconds, and stands still while paused.
 */

import { typeIndex } from '../types.js';

/** How long a drawn arc stays visible, and clickable, after its comet has arrived. */
const LINGER_SECONDS = 4.5;
/** Merging keeps an arc alive; beyond this age a fresh arc begins, so that the list of its spans stays short. */
const OLDEST_SECONDS = 12;
const FLIGHT_SECONDS = { shortest: 0.9, perMapUnit: 0.28, longest: 2.1 };

/**
 * @typedef {object} Arc
 * @property {number} slot index in the renderer's buffer
 * @property {string} key place, sensor and type
 * @property {import('../live/row.js').ArcMessage} message of its first events
 * @property {number} type index in TYPES
 * @property {[number, number]} from map units
 * @property {{x: number, y: number, onScreen: boolean}} to map units, or CSS pixels for a sensor in the tray
 * @property {number} born
 * @property {number} start when its comet starts
 * @property {number} flight seconds until it arrives
 * @property {number} end when it is gone
 * @property {number} bend see curve.js
 * @property {number} count events it stands for
 * @property {import('../api.js').Span[]} spans where they are found
 */

/** The live arcs, at most `budget` of them; the newest of each key can take up more events. */
export class ArcSet {
  /** In order of birth. @type {Map<number, Arc>} */
  live = new Map();

  #budget;
  #free;
  /** @type {Map<string, Arc>} */
  #newest = new Map();

  /** @param {number} budget most arcs at a time */
  constructor(budget) {
    this.#budget = budget;
    this.#free = Array.from({ length: budget }, (_, slot) => budget - 1 - slot);
  }

  /**
   * Draws one message: as an arc of its own, or above the budget as part of a live one with its key.
   * @param {import('../live/row.js').ArcMessage} message
   * @param {[number, number]} from
   * @param {Arc['to']} to
   * @param {number} start
   * @param {number} now
   * @returns {{fate: 'drawn'|'merged'|'shed', arc: Arc|null}}
   */
  add(message, from, to, start, now) {
    const key = `${message.lat}|${message.lon}|${message.sensor}|${message.type}`;
    if (this.#free.length === 0) {
      const same = this.#newest.get(key);
      if (same && now - same.born < OLDEST_SECONDS) return { fate: 'merged', arc: this.#extend(same, message, now) };
      const oldest = this.live.values().next().value;
      if (now < oldest.start + oldest.flight) return { fate: 'shed', arc: null };
      this.#remove(oldest);
    }
    const far = to.onScreen ? 3 : Math.hypot(to.x - from[0], to.y - from[1]);
    const flight = Math.min(FLIGHT_SECONDS.longest, FLIGHT_SECONDS.shortest + far * FLIGHT_SECONDS.perMapUnit);
    /** @type {Arc} */
    const arc = {
      slot: this.#free.pop(), key, message, type: typeIndex(message.type), from, to, born: now, start, flight,
      end: start + flight + LINGER_SECONDS, bend: 0.16 + 0.14 * Math.random(), count: message.count, spans: [message.span],
    };
    this.live.set(arc.slot, arc);
    this.#newest.set(key, arc);
    return { fate: 'drawn', arc };
  }

  /** Forgets the arcs whose time is over. @param {number} now @returns {boolean} whether any went */
  expire(now) {
    const before = this.live.size;
    for (const arc of this.live.values()) if (now > arc.end) this.#remove(arc);
    return this.live.size !== before;
  }

  clear() {
    for (const arc of [...this.live.values()]) this.#remove(arc);
  }

  #extend(arc, message, now) {
    arc.count += message.count;
    arc.spans = joined(arc.spans, message.span);
    if (now > arc.start + arc.flight) arc.start = now;
    arc.end = arc.start + arc.flight + LINGER_SECONDS;
    return arc;
  }

  #remove(arc) {
    this.live.delete(arc.slot);
    this.#free.push(arc.slot);
    if (this.#newest.get(arc.key) === arc) this.#newest.delete(arc.key);
  }
}

/** Adds a span, as one with the last where it begins at that one's end. */
function joined(spans, span) {
  const last = spans.at(-1);
  if ('upTo' in last && last.upTo === span.after) return [...spans.slice(0, -1), { after: last.after, upTo: span.upTo }];
  if ('to' in last && last.to === span.from) return [...spans.slice(0, -1), { from: last.from, to: span.to }];
  return [...spans, span];
}
