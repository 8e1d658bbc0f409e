/**
 * <petrel-summary>: how many events there are, against the period before.
 */

import { h, setText } from '../dom.js';
import { change, count, period as periodText, shortCount } from '../format.js';
import { stepLabel } from '../range.js';

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
    this.#change.hidden = !previous || (previous.previous === 0 && number === 0);
    if (!this.#change.hidden) {
      setText(this.#change, `${change(number, previous.previous)}`);
      this.#change.dataset.previous = String(previous.previous);
      this.#change.className = `summary-change ${number > previous.previous ? 'up' : 'down'}`;
      this.#change.title = `${count(previous.previous)} in the period before: ${periodText(Date.parse(previous.from), Date.parse(previous.to))}`;
      this.#change.append(h('span.quiet', { text: previous.previous ? ` from ${shortCount(previous.previous)} before` : ', none before' }));
    }
    setText(this.#note, !period ? '' : isComplete || coversSince === null ? `${periodText(period.from, period.to)} · a bar is ${stepLabel(step.length)}` : 'Counting, newest first …');
  }
});
