/**
 * The noise lens of what shows a model, live or replayed: switches it, and asks how many events it hides of the window of the totals.
 */

import { both } from '../kql.js';

/** Live numbers are asked for at most this often. */
const ASK_MS = 5000;

/** Keeps a <petrel-lens> and a model the same. */
export class LiveLens {
  #model;
  #lens;
  #askedAt = -ASK_MS;
  #timer = 0;

  /** @param {import('../model.js').Model} model @param {any} lens petrel-lens */
  constructor(model, lens) {
    this.#model = model;
    this.#lens = lens;
    lens.addEventListener('lens', ({ detail }) => model.setQuery(model.query, detail));
    model.addEventListener('query', () => this.#show());
    model.addEventListener('source', () => this.#ask());
    model.addEventListener('change', () => this.#askSoon());
    this.#show();
  }

  #show() {
    this.#lens.show(this.#model.hidesNoise);
    this.#ask();
  }

  #askSoon() {
    if (this.#timer || !this.#model.hidesNoise) return;
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      this.#ask();
    }, Math.max(0, this.#askedAt + ASK_MS - performance.now()));
  }

  /** Attacks are what is drawn and counted; posts are never noise. */
  #ask() {
    const { snapshot, query, hidesNoise, player } = this.#model;
    if (!snapshot || !hidesNoise) return;
    this.#askedAt = performance.now();
    const from = Math.floor(snapshot.window.from);
    const to = Math.max(from + 1, Math.ceil(player ? snapshot.clock : snapshot.window.to));
    this.#lens.ask({ q: both('event.family: attack', query), from, to, ...(player ? { upTo: snapshot.upTo } : {}) });
  }
}
