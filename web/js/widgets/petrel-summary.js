/**
 * <petrel-summary>: how many events there are, against the period before.
 */

import { h, setText } from '../dom.js';
import { count, period as periodText } from '../format.js';
import { stepLabel } from '../range.js';
import { showChange } from './change-mark.js';

customElements.define('petrel-summary', class extends HTMLElement {
  #number = h('strong.summary-number', { data: { testid: 'count' } });
  #unit = h('span', {});
  #change = h('span.summary-change', { hidden: true, data: { testid: 'change' } });
  #note = h('span.quiet.summary-note');

  connectedCallback() {
    if (this.firstChild) return;
    this.append(h('p.summary-line', { role: 'status' }, this.#number, ' ', this.#unit, this.#change), this.#note);
  }

  /** @param {import('../explore/questions.js').Answer} answer */
  show({ count: number, previous, period, step, isComplete, coversSince }) {
    setText(this.#number, count(number));
    this.#number.dataset.count = String(number);
    this.#number.dataset.complete = String(isComplete);
    setText(this.#unit, number === 1 ? 'event' : 'events');
    showChange(this.#change, number, previous);
    setText(this.#note, !period ? '' : isComplete || coversSince === null ? `${periodText(period.from, period.to)} · a bar is ${stepLabel(step.length)}` : 'Counting, newest first …');
  }
});
