/**
 * The noise lens of a wall board: its link says whether it is on, a key changes that, a line says how much is hidden.
 */

import { h, setText } from '../dom.js';
import { count } from '../format.js';
import { askHidden, writeLens } from '../noise.js';

const ASK_MS = 10_000;

/** Keeps the link, the model and the line the same. */
export class BoardLens {
  element = h('p.board-hidden', { hidden: true, data: { testid: 'board-hidden' } });
  #model;
  #timer = 0;
  #abort = new AbortController();

  /** @param {import('../model.js').Model} model @param {boolean} isOn */
  constructor(model, isOn) {
    this.#model = model;
    model.setQuery('', isOn);
    model.addEventListener('change', () => this.#askSoon());
    this.#show();
  }

  /** Leaves noise out, or shows it again. */
  toggle() {
    const { query, hidesNoise } = this.#model;
    this.#model.setQuery(query, !hidesNoise);
    const address = new URL(location.href);
    if (hidesNoise) address.searchParams.delete('noise');
    else address.searchParams.set('noise', writeLens(true));
    history.replaceState(null, '', address);
    this.#show();
  }

  #show() {
    this.#abort.abort();
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.element.hidden = !this.#model.hidesNoise;
    delete this.element.dataset.count;
    setText(this.element, 'noise is hidden');
    if (this.#model.snapshot) this.#ask();
  }

  #askSoon() {
    if (!this.#timer) this.#ask();
  }

  async #ask() {
    const { snapshot, hidesNoise } = this.#model;
    if (!hidesNoise) return;
    this.#timer = setTimeout(() => { this.#timer = 0; }, ASK_MS);
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    const { from, to } = snapshot.window;
    try {
      const { count: number } = await askHidden({ q: 'event.family: attack', from: Math.floor(from), to: Math.ceil(to) }, signal);
      if (signal.aborted) return;
      this.element.dataset.count = String(number);
      setText(this.element, `${count(number)} more are noise, and hidden`);
    } catch {
      // What does not answer is told of by the connection's state; the number is asked for again.
      if (!signal.aborted) setText(this.element, 'noise is hidden; how much is not known');
    }
  }
}
