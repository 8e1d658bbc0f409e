/**
 * The events of a view by their place in the list. The histogram says how many events lie in each span of time, so the
 * list knows which span holds its row 1,000,000 and asks for that span alone; within a span it goes from page to page by
 * cursor. What is far from the viewer is forgotten again.
 */

import { ask, isAbort } from '../api.js';
import { stepFor } from '../range.js';

/** Neighbouring spans are asked for together while they have no more events than this. */
const PAGE = 250;
const LIMIT = 1000;
/** A jump further than this beyond what is loaded looks the place up in a finer histogram. */
const REACH = 3000;
const MOST_LOADED = 12_000;
const FINER = 150;
const SECOND = 1000;

/**
 * @typedef {object} Block events of a stretch of time, one after another in the list
 * @property {number} from
 * @property {number} to
 * @property {number} start place of its first event
 * @property {number} count
 * @property {object[]} rows loaded so far, from its first on
 * @property {string|null} next cursor behind them; null before the first page
 * @property {boolean} isAsking
 */

/** Tells `change` when rows have come, `fault` (detail: error) when they do not. */
export class RowSource extends EventTarget {
  count = 0;
  /** @type {Block[]} */
  #blocks = [];
  #scope;
  #order = 'desc';
  #signal;
  #loaded = 0;
  #wanted = { first: 0, last: 0 };

  /**
   * @param {{q: string, upTo?: string}} scope
   * @param {'desc'|'asc'} order
   * @param {AbortSignal} signal
   */
  constructor(scope, order, signal) {
    super();
    this.#scope = scope;
    this.#order = order;
    this.#signal = signal;
  }

  /**
   * Says how many events there are when. Called again when more of the past has been counted; what is loaded stays.
   * @param {{start: number, count: number}[]} spans
   * @param {number} step
   * @param {import('../range.js').Period} period
   */
  setSpans(spans, step, period) {
    const known = new Map(this.#blocks.filter(({ rows }) => rows.length).map((block) => [`${block.from}-${block.to}-${block.count}`, block]));
    this.#blocks = this.#merged(spans, step, period).map((block) => known.get(`${block.from}-${block.to}-${block.count}`) ?? block);
    this.#number();
  }

  /** The event at a place, or null while it is not there. @param {number} index */
  row(index) {
    const block = this.#blockAt(index);
    return block?.rows[index - block.start] ?? null;
  }

  /** Sees to it that rows are loaded. @param {number} first @param {number} last */
  want(first, last) {
    this.#wanted = { first, last };
    for (let index = first; index <= last;) {
      const block = this.#blockAt(index);
      if (!block) return;
      const end = block.start + block.count;
      this.#load(block, Math.min(last, end - 1) - block.start);
      index = end;
    }
  }

  #number() {
    this.count = 0;
    for (const block of this.#blocks) {
      block.start = this.count;
      this.count += block.count;
    }
  }

  /** Blocks of consecutive spans, in the order of the list. @returns {Block[]} */
  #merged(spans, step, period) {
    const sorted = spans.filter(({ count }) => count > 0).sort((one, other) => (this.#order === 'desc' ? other.start - one.start : one.start - other.start));
    const blocks = [];
    for (const { start, count } of sorted) {
      const [from, to] = [Math.max(start, period.from), Math.min(start + step, period.to)];
      const last = blocks.at(-1);
      if (last && last.count + count <= PAGE) {
        last.from = Math.min(last.from, from);
        last.to = Math.max(last.to, to);
        last.count += count;
      } else blocks.push({ from, to, start: 0, count, rows: [], next: null, isAsking: false });
    }
    return blocks;
  }

  #blockAt(index) {
    let [low, high] = [0, this.#blocks.length - 1];
    while (low <= high) {
      const middle = (low + high) >> 1;
      const block = this.#blocks[middle];
      if (index < block.start) high = middle - 1;
      else if (index >= block.start + block.count) low = middle + 1;
      else return block;
    }
    return null;
  }

  /** Brings the rows of a block up to a place in it. */
  async #load(block, offset) {
    if (block.isAsking || block.rows.length > offset) return;
    block.isAsking = true;
    try {
      if (offset - block.rows.length > REACH && block.to - block.from > SECOND) await this.#refine(block);
      else await this.#page(block);
    } catch (error) {
      if (!isAbort(error)) this.dispatchEvent(new CustomEvent('fault', { detail: error }));
      return;
    } finally {
      block.isAsking = false;
    }
    this.#forget();
    if (this.#signal.aborted) return;
    this.dispatchEvent(new Event('change'));
    this.want(this.#wanted.first, this.#wanted.last);
  }

  async #page(block) {
    const { events, next } = await ask('events', {
      ...this.#scope, from: block.from, to: block.to, order: this.#order, limit: Math.min(LIMIT, block.count - block.rows.length || 1), after: block.next,
    }, this.#signal);
    block.rows.push(...events);
    block.next = next;
    this.#loaded += events.length;
    if (events.length === 0) throw new Error('The list has fewer events than were counted; they may have reached the end of their retention. Ask again.');
  }

  /** Puts finer blocks in the place of one. */
  async #refine(block) {
    const { text, length } = stepFor(block, FINER);
    const { spans } = await ask('histogram', { ...this.#scope, from: block.from, to: block.to, interval: text }, this.#signal);
    const parts = this.#merged(spans.map(({ start, count }) => ({ start: Date.parse(start), count })), length, block);
    const total = parts.reduce((sum, { count }) => sum + count, 0);
    const place = this.#blocks.indexOf(block);
    if (place < 0) return;
    if (total !== block.count) throw new Error(`A stretch of the list has ${total} events, where ${block.count} were counted. Ask again.`);
    this.#loaded -= block.rows.length;
    this.#blocks.splice(place, 1, ...parts);
    this.#number();
  }

  /** Forgets rows that are furthest from the viewer, beyond what is kept. */
  #forget() {
    if (this.#loaded <= MOST_LOADED) return;
    const { first } = this.#wanted;
    const far = this.#blocks.filter(({ rows }) => rows.length).sort((one, other) => Math.abs(other.start - first) - Math.abs(one.start - first));
    for (const block of far) {
      if (this.#loaded <= MOST_LOADED / 2 || block === this.#blockAt(first)) return;
      this.#loaded -= block.rows.length;
      block.rows = [];
      block.next = null;
    }
  }
}
