/**
 * Asks everything that a view shows. A new view ends the questions of the one before. All numbers of one view are about the
 * same events: the first answer names the last event it knows, and the other questions are bound to it.
 */

import { ask, askInParts, isAbort } from '../api.js';
import { resolve, stepFor } from '../range.js';
import { RowSource } from './row-source.js';

const BARS = 180;
/** Values of a list; a screen may show fewer of them. */
const LONGEST = 50;

/**
 * @typedef {object} Answer what is known so far
 * @property {import('../range.js').Period|null} period
 * @property {{text: string, length: number}} step
 * @property {number} count
 * @property {{start: number, count: number, previous?: number}[]} spans
 * @property {{start: number, value: any, count: number, previous?: number}[]|null} parts
 * @property {any[]} facets
 * @property {{previous: number, from: string, to: string}|null} previous
 * @property {number|null} coversSince
 * @property {boolean} isComplete
 * @property {string} upTo
 * @property {RowSource} rows
 * @property {AbortController} abort ends its questions, those of its rows among them
 */

const readSpans = (spans) => spans.map((span) => ({ ...span, start: Date.parse(span.start) }));

/** Tells `start`, `answer` (detail: Answer) each time more is known, `facets` (detail: lists), `done`, `fault` (detail: error). */
export class Questions extends EventTarget {
  /** @type {Set<AbortController>} */
  #running = new Set();
  /** The answer that is on the screen. @type {Answer|null} */
  answer = null;
  /** @type {import('./view.js').View|null} */
  #view = null;

  /** Ends what is being asked, but for what belongs to an answer. @param {Answer|null} [kept] */
  stop(kept = null) {
    for (const abort of this.#running) if (abort !== kept?.abort) abort.abort();
    this.#running = new Set(kept ? [kept.abort] : []);
  }

  /**
   * Asks, and tells what is known as it becomes known.
   * @param {import('./view.js').View} view
   * @param {string[]} fields of which tops are wanted
   */
  async ask(view, fields) {
    this.stop();
    const abort = this.#begin();
    this.#view = view;
    this.#tell('start');
    try {
      await this.#askAll(view, fields, abort, (answer) => {
        this.answer = answer;
        this.#tell('answer', answer);
      });
      if (!abort.signal.aborted) this.#tell('done');
    } catch (error) {
      if (!isAbort(error) && !abort.signal.aborted) this.#tell('fault', error);
    }
  }

  /**
   * Asks the same again while the answer that is there stays in use.
   * @param {import('./view.js').View} view
   * @param {string[]} fields
   * @returns {Promise<Answer>} to be given to `use` when it is shown
   */
  async askAgain(view, fields) {
    this.stop(this.answer);
    let last = null;
    await this.#askAll(view, fields, this.#begin(), (answer) => { last = answer; });
    return last;
  }

  /** Puts an answer in the place of the one that is there. @param {Answer} answer */
  use(answer) {
    this.stop(answer);
    this.answer = answer;
    this.#tell('answer', answer);
  }

  #begin() {
    const abort = new AbortController();
    this.#running.add(abort);
    return abort;
  }

  /** Asks for lists of some more fields, about the same events. @param {string[]} fields */
  async askFacets(fields) {
    const { answer } = this;
    const view = this.#view;
    if (!answer?.period || !view || !fields.length) return;
    try {
      const facets = await this.#facetsOf(fields, this.#scope(view, answer), view.compare, answer.abort.signal);
      if (answer !== this.answer) return;
      answer.facets = [...answer.facets, ...facets];
      this.#tell('facets', facets);
    } catch (error) {
      if (!isAbort(error)) this.#tell('fault', error);
    }
  }

  #scope(view, { period, upTo }) {
    return { q: view.q, from: period.from, to: period.to, upTo };
  }

  async #askAll(view, fields, abort, tell) {
    const { signal } = abort;
    const period = await this.#periodOf(view, signal);
    /** @type {Answer} */
    const answer = {
      period, step: { text: '1h', length: 3_600_000 }, count: 0, spans: [], parts: null, facets: [], previous: null, coversSince: null,
      isComplete: period === null, upTo: '', rows: new RowSource({ q: view.q }, view.order, signal), abort,
    };
    if (!period) return tell(answer);
    answer.step = stepFor(period, BARS);
    await askInParts('facets', { q: view.q, from: period.from, to: period.to, field: fields, size: LONGEST, interval: answer.step.text }, signal, (part) => {
      if (!answer.upTo) answer.rows = new RowSource({ q: view.q, upTo: part.upTo }, view.order, signal);
      Object.assign(answer, { upTo: part.upTo, count: part.count, facets: part.facets, isComplete: part.complete, spans: readSpans(part.spans) });
      answer.coversSince = part.complete ? null : Date.parse(part.coversSince);
      const certain = part.complete ? answer.spans : answer.spans.filter(({ start }) => start >= answer.coversSince);
      if (part.complete || view.order === 'desc') answer.rows.setSpans(certain, answer.step.length, period);
      tell(answer);
    });
    await this.#askMore(view, fields, answer, signal);
    return tell(answer);
  }

  /** What goes beside the totals: the split, and the period before. */
  async #askMore(view, fields, answer, signal) {
    const scope = this.#scope(view, answer);
    const isBounded = !('all' in view.range);
    const isCompared = isBounded && view.compare;
    const [parts, previous, compared, facets] = await Promise.all([
      view.split ? ask('histogram', { ...scope, interval: answer.step.text, by: view.split, compare: isCompared ? 'previous' : null }, signal) : null,
      isBounded ? ask('count', { ...scope, compare: 'previous' }, signal) : null,
      isCompared ? ask('histogram', { ...scope, interval: answer.step.text, compare: 'previous' }, signal) : null,
      isCompared ? this.#facetsOf(fields, scope, true, signal) : null,
    ]);
    if (parts) answer.parts = readSpans(parts.spans);
    if (previous) answer.previous = { previous: previous.previous, ...previous.previousPeriod };
    if (compared) answer.spans = readSpans(compared.spans);
    if (facets) answer.facets = facets;
  }

  async #facetsOf(fields, scope, isCompared, signal) {
    if (!isCompared) return (await ask('facets', { ...scope, field: fields, size: LONGEST, interval: '365d' }, signal)).facets;
    return Promise.all(fields.map((field) => ask('top', { ...scope, field, limit: LONGEST, compare: 'previous' }, signal)));
  }

  /** From when to when; everything that is stored reaches from its first event to its last. */
  async #periodOf(view, signal) {
    const period = resolve(view.range, Date.now());
    if (period) return period;
    const { count, first, last } = await ask('seen', { q: view.q }, signal);
    return count ? { from: Date.parse(first), to: Date.parse(last) + 1 } : null;
  }

  #tell(type, detail = null) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
