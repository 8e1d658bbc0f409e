/**
 * What makes an arc stand out: how many events it stands for, or how unusual its source country is for this time of day.
 */

import { ask } from '../api.js';

const REFRESH_MS = 60_000;
/** Countries asked for: all there are. */
const COUNTRIES = 300;
/** From this score on, about so many standard deviations, a surprise is drawn in full light. */
const FULL_SCORE = 3;
/** What is as usual is drawn so much darker. */
const USUAL_DIM = 0.7;
const HALF_WIDTH = { least: 0.8, most: 5, perDoubling: 0.32, perScore: 0.45, grave: 0.4 };

/** @typedef {'volume'|'surprise'} EmphasisMode */

/** How wide and how bright arcs are; tells `change` when those in the air look different now. */
export class Emphasis extends EventTarget {
  /** @type {EmphasisMode} */
  mode = 'volume';
  /** Why surprise cannot be shown; empty when it can. */
  fault = '';

  #scores = new Map();
  #timer = 0;
  #clock;

  /** @param {() => number|null} clock the stage's time, Unix milliseconds */
  constructor(clock) {
    super();
    this.#clock = clock;
  }

  /** Whether arcs are drawn by surprise now. */
  get surprises() {
    return this.mode === 'surprise' && !this.fault;
  }

  /** @param {EmphasisMode} mode */
  choose(mode) {
    if (mode === this.mode) return;
    this.mode = mode;
    clearTimeout(this.#timer);
    if (mode === 'surprise') this.#ask();
    else this.#tell();
  }

  /**
   * An arc's half width in CSS pixels, and how much of its light is taken away, from 0 to below 1.
   * @param {import('./arc-set.js').Arc} arc
   * @returns {{halfWidth: number, dim: number}}
   */
  lookOf({ message, count }) {
    if (!this.surprises) {
      const grave = message.severity === 'critical' || message.severity === 'high' ? HALF_WIDTH.grave : 0;
      return { halfWidth: Math.min(HALF_WIDTH.most, HALF_WIDTH.least + grave + HALF_WIDTH.perDoubling * Math.log2(count)), dim: 0 };
    }
    const score = Math.max(0, this.#scores.get(message.country) ?? 0);
    return {
      halfWidth: Math.min(HALF_WIDTH.most, HALF_WIDTH.least + HALF_WIDTH.perScore * score),
      dim: USUAL_DIM * Math.max(0, 1 - score / FULL_SCORE),
    };
  }

  async #ask() {
    const clock = this.#clock();
    let answer = null;
    let fault = '';
    try {
      answer = await ask('surprise', {
        field: 'source.geo.country_iso_code', q: 'event.family: attack', interval: '1h', limit: COUNTRIES,
        to: clock === null ? null : new Date(clock).toISOString(),
      });
      if (answer.days === 0) fault = 'There is no day before to compare with yet.';
    } catch (error) {
      fault = error.message;
    }
    if (this.mode !== 'surprise') return;
    this.fault = fault;
    if (answer) this.#scores = new Map(answer.values.map(({ value, score }) => [value, score]));
    this.#tell();
    this.#timer = setTimeout(() => this.#ask(), REFRESH_MS);
  }

  #tell() {
    if (this.mode === 'volume') this.fault = '';
    this.dispatchEvent(new Event('change'));
  }
}
