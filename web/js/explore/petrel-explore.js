/**
 * <petrel-explore>: the workbench. The view is in the address; everything on the screen follows from it.
 */

import { h } from '../dom.js';
import { Refusal } from '../api.js';
import { conjuncts, clause, narrowed, negated, widened } from '../kql.js';
import { Pointed } from '../pointed.js';
import { resolve } from '../range.js';
import { errorBox, faultBox } from '../widgets/states.js';
import '../widgets/petrel-event.js';
import '../widgets/petrel-facets.js';
import '../widgets/petrel-histogram.js';
import '../widgets/petrel-lens.js';
import '../widgets/petrel-query.js';
import '../widgets/petrel-range.js';
import '../widgets/petrel-summary.js';
import '../widgets/petrel-table.js';
import { emptyBox, filterChips } from './parts.js';
import { canFollow, Follow } from './follow.js';
import { Questions } from './questions.js';
import { columnMenu, exportMenu, shareMenu, splitMenu } from './toolbar.js';
import { asked, asksTheSame, isAnotherStep, readView, writeView } from './view.js';
import { viewsMenu } from './views-menu.js';

customElements.define('petrel-explore', class extends HTMLElement {
  #view = readView(location.search);
  #questions = new Questions();
  /** An answer that waits until the viewer points elsewhere. @type {import('./questions.js').Answer|null} */
  #pending = null;
  #follow = new Follow(() => (this.#pending ?? this.#questions.answer)?.upTo);
  #query = /** @type {any} */ (h('petrel-query'));
  #range = /** @type {any} */ (h('petrel-range'));
  #chips = h('div.chips', { role: 'group', 'aria-label': 'Parts of the query', data: { testid: 'chips' } });
  #facets = /** @type {any} */ (h('petrel-facets', { role: 'region', 'aria-label': 'Most frequent values', tabindex: 0 }));
  #summary = /** @type {any} */ (h('petrel-summary'));
  #histogram = /** @type {any} */ (h('petrel-histogram'));
  #table = /** @type {any} */ (h('petrel-table', { id: 'events' }));
  #state = h('div.results-state', { hidden: true });
  #event = /** @type {any} */ (h('petrel-event', { narrowing: '', hidden: true }));
  #compare = h('button.tool.small', { type: 'button', text: 'Compare', title: 'Beside the period before (c)', 'aria-pressed': 'false', data: { testid: 'compare' }, on: { click: () => this.#toggleCompare() } });
  #live = h('button.tool', { type: 'button', 'aria-pressed': 'false', title: 'Follow live (l)', data: { testid: 'follow' }, on: { click: () => this.toggleFollow() } }, h('i.live-dot'), h('span', { text: 'Live' }));
  #news = h('button.news', { type: 'button', hidden: true, data: { testid: 'news' }, on: { click: () => this.#showPending() } });
  #lens = /** @type {any} */ (h('petrel-lens'));
  #progress = h('div.export-progress');
  #facetsToggle = h('button.tool.small.facets-toggle', { type: 'button', text: 'Filters', 'aria-expanded': 'false', data: { testid: 'filters' }, on: { click: () => this.#toggleFacets() } });
  #order = h('button.tool.small.touch-only', { type: 'button', title: 'Newest or oldest first', data: { testid: 'order-switch' }, on: { click: () => this.#turnOrder() } });
  #asked = null;
  #pointed = new Pointed([this.#table, this.#facets], () => this.#showIfLeft());

  connectedCallback() {
    const bench = () => ({ view: this.#view, answer: this.#questions.answer, change: (part) => this.#change(part) });
    const menus = [splitMenu(bench), columnMenu(bench), exportMenu(bench, this.#progress), viewsMenu(bench, (view) => this.#open(view)), shareMenu(bench)];
    const [split, columns, exporting, views, share] = menus.map(({ button, menu }) => [button, menu]);
    this.append(
      h('div.ask', {}, this.#query, h('div.ask-tools', {}, this.#range, this.#live, ...views, ...share)),
      this.#chips,
      h('div.bench', {}, this.#facets, h('section.results', { 'aria-label': 'Events' },
        h('div.results-head', {}, this.#summary, this.#news, h('div.tool-group', {}, this.#progress, this.#facetsToggle, this.#lens, this.#compare, ...split, this.#order, ...columns, ...exporting)),
        this.#histogram, this.#state, this.#table), this.#event),
    );
    this.#listen();
    this.#apply();
  }

  #listen() {
    const on = (target, type, listener) => target.addEventListener(type, ({ detail }) => listener(detail));
    this.#query.scope = () => resolve(this.#view.range, Date.now()) ?? {};
    on(this.#query, 'query', (q) => (q === this.#view.q ? this.#ask() : this.#change({ q })));
    on(this.#range, 'range', (range) => this.#change({ range }));
    on(this.#lens, 'lens', (hidesNoise) => this.#change({ hidesNoise }));
    on(this.#histogram, 'range', (range) => this.#change({ range }));
    for (const part of [this.#facets, this.#event]) on(part, 'narrow', (wish) => this.#narrow(wish));
    on(this.#facets, 'fields', () => this.#askMissing());
    on(this.#event, 'close', () => this.#closeEvent());
    on(this.#event, 'column', (column) => this.#toggleColumn(column));
    on(this.#table, 'open', (index) => this.#openRow(index));
    on(this.#table, 'active', (index) => !this.#event.hidden && this.#openRow(index));
    on(this.#table, 'order', () => this.#turnOrder());
    on(this.#event, 'step', (by) => this.#table.step(by));
    on(this.#table, 'want', ({ first, last }) => this.#questions.answer?.rows.want(first, last));
    on(this.#questions, 'start', () => this.classList.add('asking'));
    on(this.#questions, 'done', () => this.classList.remove('asking'));
    on(this.#questions, 'answer', (answer) => this.#show(answer));
    on(this.#questions, 'facets', (facets) => this.#facets.show(facets, this.#questions.answer.count, conjuncts(this.#view.q)));
    on(this.#questions, 'fault', (error) => this.#showFault(error));
    on(this.#follow, 'news', () => this.#askAgain());
    on(this.#follow, 'fault', () => this.#live.classList.add('bad'));
    addEventListener('popstate', () => this.#open(readView(location.search), false));
  }

  /** The key that a screen's shortcut stands for. */
  get keys() {
    return {
      '/': () => this.#query.focus(), r: () => this.#range.open(), c: () => this.#toggleCompare(), l: () => this.toggleFollow(), e: () => this.#table.focus(),
      h: () => this.#lens.toggle(), Escape: () => this.#closeEvent(),
    };
  }

  /** Follows live, or stops. */
  toggleFollow() {
    const { follows, range } = this.#view;
    this.#change({ follows: !follows, range: canFollow(range) ? range : { last: '15m' } });
  }

  toggleCompare() {
    this.#toggleCompare();
  }

  #toggleCompare() {
    if ('all' in this.#view.range) return;
    this.#change({ compare: !this.#view.compare });
  }

  #toggleFacets() {
    const isOpen = this.classList.toggle('facets-open');
    this.#facetsToggle.setAttribute('aria-expanded', String(isOpen));
    this.#facetsToggle.textContent = isOpen ? 'Show events' : 'Filters';
    this.#facetsToggle.classList.toggle('primary', isOpen);
  }

  #turnOrder() {
    this.#change({ order: this.#view.order === 'asc' ? 'desc' : 'asc' });
  }

  #toggleColumn(column) {
    const { columns } = this.#view;
    const next = columns.includes(column) ? columns.filter((other) => other !== column) : [...columns.slice(0, -1), column, ...columns.slice(-1)];
    if (next.length) this.#change({ columns: next });
  }

  #narrow({ field, value, negative }) {
    const part = negative ? negated(clause(field, value)) : clause(field, value);
    const { q } = this.#view;
    this.#change({ q: conjuncts(q).includes(part) ? widened(q, part) : narrowed(q, part) });
  }

  #change(part) {
    const view = { ...this.#view, ...part };
    this.#open({ ...view, follows: view.follows && canFollow(view.range) });
  }

  /** Goes to a view, with an entry in the browser's history when it asks something else. */
  #open(view, isNew = true) {
    const before = this.#view;
    this.#view = view;
    const search = writeView(view);
    const address = search ? `?${search}` : location.pathname;
    if (isNew && isAnotherStep(before, view)) history.pushState(null, '', address);
    else if (isNew) history.replaceState(null, '', address);
    this.#apply();
  }

  /** Puts the view on the screen, and asks where it asks something else than before. */
  #apply() {
    const view = this.#view;
    this.#query.value = view.q;
    this.#range.show(view.range, resolve(view.range, Date.now()));
    this.#lens.show(view.hidesNoise);
    this.#live.setAttribute('aria-pressed', String(view.follows));
    if (!view.follows) this.#live.classList.remove('bad');
    this.#follow.isOn = view.follows;
    this.#compare.setAttribute('aria-pressed', String(view.compare && !('all' in view.range)));
    /** @type {any} */ (this.#compare).disabled = 'all' in view.range;
    this.#chips.replaceChildren(...filterChips(view.q, (q) => this.#change({ q })));
    this.#chips.hidden = this.#chips.childElementCount === 0;
    if (view.columns !== this.#shownColumns || view.order !== this.#asked?.order) this.#table.setColumns(view.columns, view.order);
    this.#shownColumns = view.columns;
    this.#order.textContent = view.order === 'asc' ? 'Oldest first' : 'Newest first';
    if (view.event) this.#showEvent(view.event);
    else this.#hideEvent();
    if (!this.#asked || !asksTheSame(this.#asked, view) || this.#asked.order !== view.order) this.#ask();
  }

  #shownColumns = null;

  #ask() {
    this.#asked = this.#view;
    this.#isFresh = true;
    this.#dropPending();
    this.#questions.ask(asked(this.#view), this.#facets.fields);
  }

  #isFresh = true;

  /** The same question again, because something new was stored. */
  async #askAgain() {
    const view = this.#view;
    try {
      const answer = await this.#questions.askAgain(asked(view), this.#facets.fields);
      this.#live.classList.remove('bad');
      if (!answer || view !== this.#view) return;
      this.#pending = answer;
      if (!this.#isPointedAt) return void this.#showPending();
      const more = answer.count - (this.#questions.answer?.count ?? 0);
      this.#news.textContent = more > 0 ? `${more.toLocaleString('en')} more · show` : 'Newer numbers · show';
      this.#news.hidden = false;
    } catch (error) {
      if (error.name !== 'AbortError') this.#live.classList.add('bad');
    }
  }

  /** Whether an update would move what the viewer points at or reads. */
  get #isPointedAt() {
    const focus = document.activeElement;
    return this.#pointed.isPointedAt || !this.#table.isAtTop || !this.#event.hidden
      || (focus !== this.#facets && this.#facets.contains(focus)) || document.querySelector(':popover-open, dialog[open]') !== null;
  }

  #showIfLeft() {
    if (this.#pending && !this.#isPointedAt) this.#showPending();
  }

  #showPending() {
    const answer = this.#pending;
    this.#dropPending();
    this.#isFresh = false;
    if (answer) this.#questions.use(answer);
  }

  #dropPending() {
    this.#pending = null;
    this.#news.hidden = true;
  }

  #askMissing() {
    const have = new Set((this.#questions.answer?.facets ?? []).map(({ fields: [field] }) => field));
    this.#questions.askFacets(this.#facets.fields.filter((field) => !have.has(field)));
  }

  #show(answer) {
    const { period, count, isComplete } = answer;
    this.#summary.hidden = false;
    this.#summary.show(answer);
    if (isComplete) this.#lens.ask(period ? { q: this.#view.q, from: period.from, to: period.to, upTo: answer.upTo } : null);
    const isEmpty = count === 0 && isComplete;
    this.#state.hidden = !isEmpty;
    this.#table.hidden = isEmpty;
    this.#histogram.hidden = !period;
    if (isEmpty) this.#state.replaceChildren(emptyBox(this.#view, (part) => this.#change(part)));
    this.#range.show(this.#view.range, period);
    if (period) {
      const { spans, parts, step, coversSince } = answer;
      this.#histogram.show({ ...period, step: step.length, spans, split: parts ? this.#view.split : null, parts, coversSince });
    }
    this.#facets.forgetClosed();
    this.#facets.show(period ? answer.facets : this.#facets.fields.map((field) => ({ fields: [field], groups: [], distinct: 0 })), count, conjuncts(this.#view.q));
    if (answer.rows !== this.#rows) {
      this.#rows = answer.rows;
      answer.rows.addEventListener('change', () => this.#table.draw());
      answer.rows.addEventListener('fault', ({ detail }) => answer === this.#questions.answer && this.#showFault(detail));
    }
    this.#table.setRows(answer.rows, !this.#isFresh);
    this.#isFresh = false;
  }

  #rows = null;

  #showFault(error) {
    this.classList.remove('asking');
    const isQueryFault = error instanceof Refusal && error.status === 400 && error.position !== null;
    if (isQueryFault) this.#query.showFault(error.message, error.position);
    this.#state.replaceChildren(isQueryFault ? faultBox() : errorBox(error, () => this.#ask()));
    this.#state.hidden = false;
    // Numbers of another question must not stand beside this one.
    for (const part of [this.#table, this.#histogram, this.#summary]) part.hidden = true;
  }

  #openRow(index) {
    const event = this.#questions.answer?.rows.row(index);
    if (event) this.#change({ event: event.event.id });
  }

  #showEvent(id) {
    const wasHidden = this.#event.hidden;
    this.#event.hidden = false;
    this.classList.add('reading');
    this.#table.mark(id);
    this.#event.show(id);
    // On a phone the event covers the list, so the focus goes with it.
    if (wasHidden && matchMedia('(max-width: 860px)').matches) this.#event.focusTitle();
  }

  #hideEvent() {
    if (this.#event.hidden) return;
    const hadFocus = this.#event.contains(document.activeElement) || matchMedia('(max-width: 860px)').matches;
    this.#event.hidden = true;
    this.classList.remove('reading');
    this.#event.clear();
    if (hadFocus) this.#table.focus();
    this.#showIfLeft();
  }

  #closeEvent() {
    if (this.#view.event) this.#change({ event: null });
  }
});
