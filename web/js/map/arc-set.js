/**
 * The arcs that are in the air. Time is the map's own, in seconds, and stands still while paused.
 */

import { typeIndex } from '../types.js';

/** How long a drawn arc stays visible, and clickable, after its comet has arrived. */
const LINGER_SECONDS = 4.5;
/** Merging keeps an arc alive; beyond this age a fresh arc begins, so that the list of its spans stays short. */
const OLDEST_SECONDS = 12;
/** Arcs that end within the same quarter of a second are looked at together, once. */
const BUCKET_SECONDS = 0.25;
/** Arcs that stand for several events are kept ready for labelling, at most so many. */
const MOST_LEADERS = 128;
const FLIGHT_SECONDS = { shortest: 0.9, perMapUnit: 0.28, longest: 2.1 };

/**
 * @typedef {object} Arc
 * @property {number} slot index in the renderer's buffer
 * @property {string} key place, sensor and type
 * @property {import('../live/row.js').ArcMessage} message of its first events
 * @property {number} type index in TYPES
 * @property {import('./projection.js').Place} from
 * @property {(import('./projection.js').Place & {onScreen: false})|{x: number, y: number, onScreen: true}} to a place, or
 *   CSS pixels for a sensor in the tray
 * @property {number} born
 * @property {number} start when its comet starts
 * @property {number} flight seconds until it arrives
 * @property {number} end when it is gone
 * @property {number} bend see curve.js
 * @property {number} count events it stands for
 * @property {import('../api.js').Span[]} spans where they are found
 */

/**
 * The live arcs, at most `budget` of them; the newest of each key can take up more events. What a frame asks of it does
 * not depend on how many there are: `expire` looks only at arcs whose time is up.
 */
export class ArcSet {
  /** In order of birth. @type {Map<number, Arc>} */
  live = new Map();

  #budget;
  #free;
  /** @type {Map<string, Arc>} */
  #newest = new Map();
  /** By the quarter of a second in which they end. @type {Map<number, Arc[]>} */
  #buckets = new Map();
  /** The first bucket that has not been looked through. */
  #nextBucket = Infinity;
  /** @type {Set<Arc>} */
  #leaders = new Set();
  #used = 0;

  /** @param {number} budget most arcs at a time */
  constructor(budget) {
    this.#budget = budget;
    this.#free = slots(budget);
  }

  /** Slots from 0 to this one, exclusive, hold all live arcs. */
  get used() {
    return this.#used;
  }

  /** The arcs that stand for most events, in no order. */
  get leaders() {
    return this.#leaders;
  }

  /**
   * Draws one message: as an arc of its own, or above the budget as part of a live one with its key.
   * @param {import('../live/row.js').ArcMessage} message
   * @param {Arc['from']} from
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
    const far = to.onScreen ? 3 : Math.hypot(to.x - from.x, to.y - from.y);
    const flight = Math.min(FLIGHT_SECONDS.longest, FLIGHT_SECONDS.shortest + far * FLIGHT_SECONDS.perMapUnit);
    /** @type {Arc} */
    const arc = {
      slot: this.#free.pop(), key, message, type: typeIndex(message.type), from, to, born: now, start, flight,
      end: start + flight + LINGER_SECONDS, bend: 0.16 + 0.14 * Math.random(), count: message.count, spans: [message.span],
    };
    this.#admit(arc);
    return { fate: 'drawn', arc };
  }

  /** Takes over the newest arcs of another set, which must not be used any more. @param {ArcSet} other */
  adopt(other) {
    for (const arc of [...other.live.values()].slice(-this.#free.length)) this.#admit({ ...arc, slot: this.#free.pop() });
  }

  /** Forgets the arcs whose time is over, within a quarter of a second. @param {number} now */
  expire(now) {
    const current = Math.floor(now / BUCKET_SECONDS);
    for (; this.#nextBucket < current; this.#nextBucket += 1) {
      const due = this.#buckets.get(this.#nextBucket);
      if (!due) continue;
      this.#buckets.delete(this.#nextBucket);
      for (const arc of due) {
        if (this.live.get(arc.slot) !== arc) continue;
        if (arc.end < now) this.#remove(arc);
        else this.#file(arc);
      }
    }
    if (this.live.size === 0) this.#nextBucket = Infinity;
  }

  clear() {
    this.live.clear();
    this.#newest.clear();
    this.#buckets.clear();
    this.#leaders.clear();
    this.#nextBucket = Infinity;
    this.#used = 0;
    this.#free = slots(this.#budget);
  }

  #admit(arc) {
    this.live.set(arc.slot, arc);
    this.#used = Math.max(this.#used, arc.slot + 1);
    this.#newest.set(arc.key, arc);
    this.#file(arc);
    this.#lead(arc);
  }

  #extend(arc, message, now) {
    arc.count += message.count;
    arc.spans = joined(arc.spans, message.span);
    if (now > arc.start + arc.flight) arc.start = now;
    arc.end = arc.start + arc.flight + LINGER_SECONDS;
    this.#lead(arc);
    return arc;
  }

  /** Puts an arc where `expire` finds it. One that is extended later stays there and is filed again when found. */
  #file(arc) {
    const bucket = Math.floor(arc.end / BUCKET_SECONDS);
    const others = this.#buckets.get(bucket);
    if (others) others.push(arc);
    else this.#buckets.set(bucket, [arc]);
    this.#nextBucket = Math.min(this.#nextBucket, bucket);
  }

  #lead(arc) {
    if (arc.count < 2 || this.#leaders.has(arc)) return;
    if (this.#leaders.size >= MOST_LEADERS) {
      let least = arc;
      for (const leader of this.#leaders) if (leader.count < least.count) least = leader;
      if (least === arc) return;
      this.#leaders.delete(least);
    }
    this.#leaders.add(arc);
  }

  #remove(arc) {
    this.live.delete(arc.slot);
    this.#free.push(arc.slot);
    this.#leaders.delete(arc);
    while (this.#used > 0 && !this.live.has(this.#used - 1)) this.#used -= 1;
    if (this.#newest.get(arc.key) === arc) this.#newest.delete(arc.key);
  }
}

/** Free slots, the first to be taken last. */
const slots = (budget) => Array.from({ length: budget }, (_, slot) => budget - 1 - slot);

/** Adds a span, as one with the last where it begins at that one's end. */
function joined(spans, span) {
  const last = spans.at(-1);
  if ('upTo' in last && last.upTo === span.after) return [...spans.slice(0, -1), { after: last.after, upTo: span.upTo }];
  if ('to' in last && last.to === span.from) return [...spans.slice(0, -1), { from: last.from, to: span.to }];
  return [...spans, span];
}
