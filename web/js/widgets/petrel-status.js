/**
 * <petrel-status>: is the connection alive, how far are the sources behind, do the books balance.
 */

import { h, setText } from '../dom.js';
import { count, duration } from '../format.js';

const PHASES = {
  connecting: 'Connecting', live: 'Connected', polling: 'Polling', reconnecting: 'Retrying', stale: 'No answer',
  refused: 'Query refused',
};
const PHASE_MEANING = {
  connecting: 'Waiting for the first message',
  live: 'One stream for all tabs of this browser',
  polling: 'The stream was refused: asking for the state every 5 s',
  reconnecting: 'The stream broke; what is shown is the last state',
  refused: 'The query has a fault: nothing is shown until it is right',
  stale: 'The server does not answer; what is shown is the last state',
};
/** Lag from which the badge warns, in seconds. */
const WARN_LAG = 60;

customElements.define('petrel-status', class extends HTMLElement {
  #phase = h('span', {});
  /** When it will be tried again; a narrow screen has no room for it. */
  #retry = h('span.connection-retry', {});
  #connection = h('span.badge.connection', { role: 'status', data: { testid: 'connection', phase: 'connecting' } }, this.#phase, ' ', this.#retry);
  #lag = h('span.badge', { hidden: true, data: { testid: 'lag' } });
  #balance = h('span.badge-mark', { 'aria-hidden': 'true' });
  #numbers = h('span', {});
  #ledger = h('span.badge.ledger', { hidden: true, data: { testid: 'ledger' } }, this.#balance, this.#numbers);
  #countdown = 0;

  /** @param {import('../model.js').Model} model */
  connect(model) {
    this.append(this.#connection, this.#lag, this.#ledger);
    model.addEventListener('status', () => this.#showConnection(model.feed.status));
    model.addEventListener('change', () => {
      // A replay shows another time: how far sources are behind now says nothing of it.
      this.#showLag(model.snapshot.mode === 'replay' ? [] : model.snapshot.sources ?? []);
      this.#showLedger(model.snapshot.ledger);
    });
    this.#showConnection(model.feed.status);
  }

  #showConnection(status) {
    clearInterval(this.#countdown);
    const show = () => {
      const left = status.retryAt ? Math.max(0, Math.ceil((status.retryAt - Date.now()) / 1000)) : 0;
      setText(this.#retry, left ? `in ${left} s` : '');
    };
    this.#connection.dataset.phase = status.phase;
    setText(this.#phase, PHASES[status.phase]);
    this.#connection.title = PHASE_MEANING[status.phase];
    show();
    if (status.retryAt) this.#countdown = setInterval(show, 500);
  }

  /** The badge shows the source that is furthest behind. */
  #showLag(sources) {
    const behind = sources.filter(({ lag }) => lag !== null && lag !== undefined);
    this.#lag.hidden = behind.length === 0;
    if (behind.length === 0) return;
    const worst = behind.reduce((one, other) => (other.lag > one.lag ? other : one));
    setText(this.#lag, `lag ${duration(worst.lag)}`);
    this.#lag.classList.toggle('warn', worst.lag >= WARN_LAG);
    this.#lag.title = `How far the newest event time is behind the clock\n${behind.map(({ name, lag }) => `${name}: ${duration(lag)}`).join('\n')}`;
  }

  #showLedger(ledger) {
    this.#ledger.hidden = !ledger;
    if (!ledger) return;
    const fates = ['stored', 'duplicate', 'filtered', 'dead_lettered', 'shed'];
    const balances = ledger.received === fates.reduce((sum, fate) => sum + ledger[fate], 0);
    setText(this.#balance, balances ? '✓' : '≠');
    setText(this.#numbers, `${count(ledger.received)} received`);
    this.#ledger.classList.toggle('ok', balances);
    this.#ledger.classList.toggle('bad', !balances);
    this.#ledger.dataset.balances = String(balances);
    for (const name of ['received', ...fates]) this.#ledger.dataset[name] = ledger[name];
    const parts = fates.map((fate) => `${fate.replace('_', '-')}: ${count(ledger[fate])}`);
    this.#ledger.title = `received: ${count(ledger.received)}\n${parts.join('\n')}\n${balances ? 'The books balance.' : 'The books do not balance.'}`;
    this.#ledger.setAttribute('aria-label', this.#ledger.title.replaceAll('\n', ', '));
    this.#ledger.setAttribute('role', 'img');
  }
});
