/**
 * <petrel-source-page>: every source with its state and its books, and what could not be understood.
 */

import { ask, fetchJSON, isAbort, Refusal, send } from '../api.js';
import { h, setText } from '../dom.js';
import { count, counted, rate } from '../format.js';
import { Pointed } from '../pointed.js';
import { errorBox, skeleton, stateBox } from '../widgets/states.js';
import { toast } from '../widgets/petrel-toasts.js';
import { deadLetterList } from './dead-letters.js';
import { balances, FATES, SourceCard } from './source-card.js';

const INTERVAL_MS = 2000;
const MOST_LETTERS = 200;
/** Worst first, so that what needs a hand is in sight. */
const ORDER = ['failing', 'lagging', 'starting', 'live', 'idle', 'paused', 'stopped', 'finished'];

customElements.define('petrel-source-page', class extends HTMLElement {
  #totals = h('dl.page-totals', { data: { testid: 'source-totals' } });
  #state = h('div', {}, skeleton(6));
  #list = h('ul.source-cards', { 'aria-label': 'Sources' });
  #letters = h('div.letter-box', { data: { testid: 'dead-letters' } });
  #lettersTitle = h('span.quiet');
  #lettersSection = h('section.page-section', { hidden: true, 'aria-labelledby': 'letters-title' }, h('h2.section-title', { id: 'letters-title' }, 'Dead letters ', this.#lettersTitle), this.#letters);
  /** @type {Map<string, SourceCard>} */
  #cards = new Map();
  #pointed = new Pointed([this.#list], () => {});
  #deadLettered = -1;
  #timer = 0;

  connectedCallback() {
    this.append(h('header.page-head', {}, h('div', {}, h('h1', { text: 'Sources' }), h('p.quiet', { text: 'Where events come from, and what became of every record.' })), this.#totals),
      this.#state, this.#list, this.#lettersSection);
    document.addEventListener('visibilitychange', () => !document.hidden && this.#load());
    this.#load();
  }

  async #load() {
    clearTimeout(this.#timer);
    try {
      const { sources } = await fetchJSON('api/v1/sources');
      this.#show(sources);
      await this.#loadLetters(sources);
    } catch (error) {
      if (!isAbort(error)) this.#state.replaceChildren(errorBox(error, () => this.#load()));
    }
    if (!document.hidden) this.#timer = setTimeout(() => this.#load(), INTERVAL_MS);
  }

  #show(sources) {
    this.#state.replaceChildren(...(sources.length ? [] : [stateBox({
      title: 'No sources yet', text: 'Name one in petrel.yaml and check it with petrel check-config, import a log with petrel import, or post events to api/v1/ingest/suricata.',
    })]));
    const now = Date.now();
    const sorted = [...sources].sort((one, other) => ORDER.indexOf(one.state) - ORDER.indexOf(other.state) || (one.name < other.name ? -1 : 1));
    const names = new Set(sorted.map(({ name }) => name));
    for (const [name, card] of this.#cards) {
      if (names.has(name)) continue;
      card.element.remove();
      this.#cards.delete(name);
    }
    for (const source of sorted) {
      if (!this.#cards.has(source.name)) this.#cards.set(source.name, new SourceCard(source.name, (name, verb) => this.#control(name, verb)));
      this.#cards.get(source.name).show(source, now);
    }
    // Cards change places only while nobody points at them.
    const elements = sorted.map(({ name }) => this.#cards.get(name).element);
    const isOrdered = elements.every((element, index) => this.#list.children[index] === element);
    const isNew = elements.some((element) => !element.isConnected);
    if (isNew || (!isOrdered && !this.#pointed.isPointedAt && !this.#list.contains(document.activeElement))) this.#list.replaceChildren(...elements);
    this.#showTotals(sources);
  }

  #showTotals(sources) {
    const sum = (read) => sources.reduce((total, source) => total + read(source), 0);
    const isTrue = sources.every(({ ledger }) => balances(ledger));
    const failing = sources.filter(({ state }) => state === 'failing').length;
    const entries = [
      ['Running', `${sources.filter(({ state }) => ['live', 'idle', 'lagging', 'starting'].includes(state)).length} of ${sources.length}`, failing ? `${failing} failing` : ''],
      ['Events a second', rate(sum(({ rate: perSecond }) => perSecond)), ''],
      ['Received', count(sum(({ ledger }) => ledger.received)), isTrue ? '✓ every record accounted for' : '≠ the books do not balance'],
      ['Not stored', count(sum(({ ledger }) => FATES.slice(1).reduce((part, fate) => part + ledger[fate], 0))), ''],
    ];
    const shown = JSON.stringify(entries);
    if (this.#totals.dataset.shown === shown) return;
    this.#totals.dataset.shown = shown;
    this.#totals.replaceChildren(...entries.map(([label, value, note]) => h('div', {}, h('dt', { text: label }), h('dd', {}, value, note ? h('span.total-note', { text: note }) : null))));
  }

  /** Dead letters are asked for when their number has changed, so that what is being read stays. */
  async #loadLetters(sources) {
    const number = sources.reduce((sum, { ledger, dead_letters: kept }) => sum + (kept ?? ledger.dead_lettered), 0);
    if (number === this.#deadLettered) return undefined;
    // A letter that is open is being read, and the list stays as it is; one that was retried is shown anew.
    if (this.#deadLettered >= 0 && this.#letters.querySelector('details[open]')) return setText(this.#lettersTitle, `${counted(number, 'record')}; the list goes on when none is open`);
    const letters = await this.#askLetters();
    this.#deadLettered = number;
    this.#lettersSection.hidden = false;
    if (!letters) {
      setText(this.#lettersTitle, counted(number, 'record'));
      return this.#letters.replaceChildren(stateBox({ title: 'Not with this token', text: 'Dead letters hold what senders sent, byte for byte; the token that may only look does not open them.', testid: 'letters-closed' }));
    }
    setText(this.#lettersTitle, letters.length < number ? `the newest ${count(letters.length)} of ${count(number)}` : counted(letters.length, 'record'));
    return this.#letters.replaceChildren(...(letters.length ? deadLetterList(letters, Date.now(), (id) => this.#retry(id))
      : [stateBox({ title: 'None', text: 'Everything that was received could be understood.', testid: 'no-dead-letters' })]));
  }

  /** The newest dead letters; null for whoever may only look. */
  async #askLetters() {
    try {
      return (await ask('dead-letters', { limit: MOST_LETTERS })).dead_letters;
    } catch (error) {
      if (error instanceof Refusal && error.status === 403) return null;
      throw error;
    }
  }

  /** Decodes one dead letter anew, or all. @param {string|null} id */
  async #retry(id) {
    try {
      const answer = await send(`api/v1/dead-letters/${id === null ? '' : `${id}/`}retry`, {});
      const left = id === null ? Object.values(answer.dead_lettered).reduce((sum, number) => sum + number, 0) : Number(answer.status === 'dead_lettered');
      toast(left ? `${counted(answer.stored, 'event')} stored; ${counted(left, 'record')} still not understood${answer.reason ? `: ${answer.reason}` : ''}` : `${counted(answer.stored, 'event')} stored`, left > 0);
      this.#deadLettered = -1;
      await this.#load();
    } catch (error) {
      toast(`Nothing was retried: ${error.message}`, true);
    }
  }

  async #control(name, verb) {
    try {
      await send(`api/v1/sources/${encodeURIComponent(name)}/${verb}`, {});
      toast(verb === 'pause' ? `${name} is paused` : `${name} goes on`);
      await this.#load();
    } catch (error) {
      toast(`${name} did not ${verb}: ${error.message}`, true);
    }
  }
});
