/**
 * One source: what it does, why and since when, how fast, how late, and its books.
 */

import { h, icon, setText } from '../dom.js';
import { ago, count, duration, rate, share, stamp, utc } from '../format.js';

/** What becomes of a record, in the order of the books. */
export const FATES = ['stored', 'duplicate', 'filtered', 'dead_lettered', 'shed'];
const FATE_LABEL = { stored: 'stored', duplicate: 'duplicate', filtered: 'filtered', dead_lettered: 'dead-lettered', shed: 'shed' };
const MEANING = {
  starting: 'Runs, but nothing was opened yet', live: 'Events come', idle: 'Runs, but nothing came for a while', lagging: 'What is stored is behind the clock',
  failing: 'Ended with an error; it is tried again', paused: 'Held by an operator', finished: 'At its end', stopped: 'Not running',
};
/** A shape for each tone, so that no state is told by colour alone. */
const TONES = {
  good: 'M8 2a6 6 0 1 1 0 12a6 6 0 1 1 0-12z', wait: 'M3.500 3.500h9v9h-9z', warn: 'M8 2l6.500 11.500h-13z', bad: 'M8 1.500l6 6.500-6 6.500L2 8z',
  off: 'M8 2a6 6 0 1 1 0 12a6 6 0 1 1 0-12zM8 5a3 3 0 1 0 0 6a3 3 0 1 0 0-6z',
};
const TONE = { live: 'good', starting: 'wait', idle: 'wait', lagging: 'warn', failing: 'bad', paused: 'wait', finished: 'off', stopped: 'off' };

/** Whether the books of a source balance. @param {Record<string, number>} ledger */
export const balances = (ledger) => ledger.received === FATES.reduce((sum, fate) => sum + ledger[fate], 0);

/** A card that is filled anew as numbers change, so that the focus in it stays. */
export class SourceCard {
  #mark = h('span.source-mark');
  #state = h('strong.source-state', { data: { testid: 'source-state' } });
  #since = h('span.quiet');
  #reason = h('p.source-reason', { hidden: true, data: { testid: 'source-reason' } });
  #facts = new Map([['rate', 'Events a second'], ['lag', 'Behind the clock'], ['watermark', 'Newest event time'], ['format', 'Format']].map(([key, label]) => [key, { label, value: h('dd') }]));
  #bar = h('div.ledger-bar', { 'aria-hidden': true });
  #equation = h('p.ledger-line', { data: { testid: 'source-ledger' } });
  #balance = h('span.ledger-balance');
  #error = h('p.source-error', { hidden: true });
  #button = h('button.tool.small', { type: 'button', hidden: true, data: { testid: 'source-pause' } });
  #shown = '';
  #source = null;
  element;

  /** @param {string} name @param {(name: string, verb: 'pause'|'resume') => void} control */
  constructor(name, control) {
    this.#button.addEventListener('click', () => control(name, this.#source.state === 'paused' ? 'resume' : 'pause'));
    this.element = h('li.source-card', { data: { testid: 'source', name } },
      h('header.source-head', {}, this.#mark, h('h2', { text: name }), this.#state, this.#since, h('span.nav-gap'), this.#button),
      this.#reason,
      h('dl.source-facts', {}, ...[...this.#facts.values()].map(({ label, value }) => h('div', {}, h('dt', { text: label }), value))),
      h('div.source-ledger', {}, this.#bar, h('div.ledger-lines', {}, this.#equation, this.#balance)), this.#error);
  }

  /** @param {any} source as the API has it @param {number} now */
  show(source, now) {
    this.#source = source;
    setText(this.#since, source.since ? `since ${stamp(Date.parse(source.since))} (${ago(Date.parse(source.since), now)})` : '');
    const shown = JSON.stringify(source);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const { state, ledger, watermark } = source;
    const reason = source.reason ?? source.detail ?? null;
    const tone = TONE[state] ?? 'off';
    this.element.dataset.state = state;
    this.element.dataset.tone = tone;
    this.#mark.replaceChildren(icon(TONES[tone], 'glyph'));
    setText(this.#state, state);
    this.#state.title = MEANING[state] ?? '';
    this.#reason.hidden = !reason && !source.retry_at;
    setText(this.#reason, [reason, source.retry_at ? `Next attempt at ${stamp(Date.parse(source.retry_at)).slice(11)}.` : null].filter(Boolean).join(' '));
    this.#fact('rate', rate(source.rate));
    this.#fact('lag', source.lag === null ? '–' : duration(source.lag));
    this.#fact('watermark', watermark ? stamp(Date.parse(watermark)) : '–', watermark ? utc(Date.parse(watermark)) : '');
    this.#fact('format', source.format ?? 'by content');
    this.#showLedger(ledger);
    const error = source.last_error;
    this.#error.hidden = !error || error.text === reason;
    if (error) setText(this.#error, `Last error, ${stamp(Date.parse(error.time))}: ${error.text}`);
    this.#button.hidden = !source.can_pause;
    setText(this.#button, state === 'paused' ? 'Resume' : 'Pause');
    this.#button.setAttribute('aria-label', `${state === 'paused' ? 'Resume' : 'Pause'} ${source.name}`);
  }

  #fact(key, text, title = '') {
    const { value } = this.#facts.get(key);
    setText(value, text);
    value.title = title;
  }

  #showLedger(ledger) {
    this.#bar.replaceChildren(...FATES.filter((fate) => ledger[fate] > 0).map((fate) => {
      const part = h(`i.fate-${fate}`, { title: `${FATE_LABEL[fate]}: ${count(ledger[fate])}, ${share(ledger[fate], ledger.received)}` });
      part.style.flexGrow = String(ledger[fate]);
      return part;
    }));
    const term = (fate) => [h(`i.fate-mark.fate-${fate}`, { 'aria-hidden': true }), h('b', { text: count(ledger[fate]), data: { fate } }), ` ${FATE_LABEL[fate]}`];
    this.#equation.replaceChildren(h('b', { text: count(ledger.received), data: { fate: 'received' } }), ' received = ',
      ...FATES.flatMap((fate, index) => [h('span.ledger-term', {}, index ? '+ ' : '', ...term(fate))]));
    const isTrue = balances(ledger);
    this.#balance.className = `ledger-balance ${isTrue ? 'ok' : 'bad'}`;
    setText(this.#balance, isTrue ? '✓ balances' : '≠ does not balance');
    this.element.dataset.balances = String(isTrue);
  }
}
