/**
 * <petrel-entity>: what is known of one thing: an address, a network, a rule, a hashtag …
 */

import { isAbort, ROOT } from '../api.js';
import { h } from '../dom.js';
import { STANDARD_COLUMNS } from '../fields.js';
import { count, counted, period as periodText, stamp } from '../format.js';
import { fragmentValue, setFragmentValue } from '../fragment.js';
import { rangeLabel, resolve, stepLabel } from '../range.js';
import { Pointed } from '../pointed.js';
import { countryName } from '../widgets/event-cells.js';
import '../widgets/petrel-event.js';
import '../widgets/petrel-histogram.js';
import '../widgets/petrel-lens.js';
import '../widgets/petrel-range.js';
import '../widgets/petrel-table.js';
import { canFollow, Follow } from '../explore/follow.js';
import { errorBox, skeleton, stateAction, stateBox } from '../widgets/states.js';
import { neighbourCard, topCard } from './cards.js';
import { headFacts, headTotals } from './head.js';
import { faultOf, kindNamed, kindNames } from './kinds.js';
import './petrel-notes.js';
import { askEntity, askNeighbours, askSeen } from './questions.js';
import { asksTheSame, isCompared, readView, writeView } from './view.js';

const DAY = 86_400_000;
const NEAR_NOTES = { ip: 'other sources near this address', network: 'other sources around it' };

/** Kind and value, as the address names them. @returns {{kind: string, value: string}} */
function named() {
  const [, kind = '', value = ''] = location.pathname.slice(ROOT.pathname.length).split('/');
  try {
    return { kind, value: decodeURIComponent(value) };
  } catch {
    return { kind, value };
  }
}

customElements.define('petrel-entity', class extends HTMLElement {
  #view = readView();
  #facts = h('p.entity-facts');
  #range = /** @type {any} */ (h('petrel-range'));
  #compare = h('button.tool.small', { type: 'button', text: 'Compare', title: 'Beside the period before (c)', 'aria-pressed': 'false', data: { testid: 'compare' }, on: { click: () => this.toggleCompare() } });
  #lens = /** @type {any} */ (h('petrel-lens'));
  #live = h('button.tool.small', { type: 'button', 'aria-pressed': 'false', title: 'Follow live (l)', data: { testid: 'follow' }, on: { click: () => this.toggleFollow() } }, h('i.live-dot'), h('span', { text: 'Live' }));
  #news = h('button.news', { type: 'button', hidden: true, data: { testid: 'news' }, on: { click: () => this.#showPending() } });
  #name = h('div');
  #totals = h('dl.page-totals');
  #tools = h('div.entity-tools', { role: 'group', 'aria-label': 'What is shown' }, this.#range, this.#compare, this.#live, this.#lens, this.#news);
  #head = h('header.page-head', {}, h('div', {}, this.#name, this.#facts), this.#totals, this.#tools);
  #notes = /** @type {any} */ (h('petrel-notes'));
  #body = h('div.entity-body', {}, skeleton(8));
  #event = /** @type {any} */ (h('petrel-event.event-over', { hidden: true }));
  #abort = new AbortController();
  #table = null;
  /** What is on the screen. @type {import('./questions.js').Entity|null} */
  #entity = null;
  /** What is newer, until the viewer points elsewhere. @type {{entity: import('./questions.js').Entity, abort: AbortController}|null} */
  #pending = null;
  /** Id of the last stored event that was looked at for this page. */
  #known;
  #follow = new Follow(() => this.#known);
  #pointed = new Pointed([this.#body], () => this.#pending && !this.#isPointedAt && this.#showPending());

  connectedCallback() {
    this.append(this.#head, this.#notes, this.#body, this.#event);
    this.#event.addEventListener('close', () => this.#closeEvent());
    this.#event.addEventListener('step', ({ detail }) => this.#table?.step(detail));
    addEventListener('keydown', ({ key }) => key === 'Escape' && !document.querySelector('dialog[open], :popover-open') && this.#closeEvent());
    addEventListener('hashchange', () => {
      this.#openLinked();
      this.#apply(readView());
    });
    this.#range.addEventListener('range', ({ detail }) => this.#change({ range: detail }));
    this.#lens.addEventListener('lens', ({ detail }) => this.#change({ hidesNoise: detail }));
    this.#follow.addEventListener('news', () => this.#lookAgain());
    this.#follow.addEventListener('fault', () => this.#live.classList.add('bad'));
    this.#load();
    this.#openLinked();
  }

  /** Leaves noise out, or shows it again. */
  toggleNoise() {
    if (!this.#tools.hidden) this.#lens.toggle();
  }

  /** Puts the period before beside every number, or takes it away. */
  toggleCompare() {
    if (!this.#tools.hidden && !('all' in this.#view.range)) this.#change({ compare: !this.#view.compare });
  }

  /** Opens the menu of ranges. */
  openRange() {
    if (!this.#tools.hidden) this.#range.open();
  }

  #change(part) {
    writeView({ ...this.#view, ...part });
    this.#apply(readView());
  }

  #apply(view) {
    const before = this.#view;
    this.#view = view;
    if (asksTheSame(before, view)) this.#showTools(this.#entity?.period);
    else this.#load();
  }

  /** Opens the event that the link names. */
  #openLinked() {
    const id = fragmentValue('event');
    if (id) this.#openEvent(id);
    else this.#closeEvent();
  }

  async #load() {
    const { kind, value } = named();
    const known = kindNamed(kind);
    document.title = `${value} · Petrel`;
    this.#name.replaceChildren(h('p.entity-kind', { text: known?.title ?? kind }), h('h1.entity-name', { text: kind === 'country' ? `${countryName(value)} (${value})` : value }));
    const fault = known ? faultOf(kind, value) : `There are no pages for “${kind}”; there are for ${kindNames.join(', ')}.`;
    this.#tools.hidden = Boolean(fault);
    if (fault) return this.#body.replaceChildren(stateBox({ title: 'No such page', text: fault, bad: true, testid: 'error' }));
    if (this.#notes.childElementCount === 0) this.#notes.show(kind, value);
    this.#showTools();
    this.#dropPending();
    this.#abort.abort();
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    try {
      this.#show(await askEntity(kind, value, this.#view, await askSeen(kind, value, this.#view.hidesNoise, signal), signal));
    } catch (error) {
      if (isAbort(error)) return undefined;
      // Numbers of another range must not stand beside this one.
      this.#totals.replaceChildren();
      this.#body.replaceChildren(errorBox(error, () => this.#load()));
    }
    return undefined;
  }

  #showTools(period = resolve(this.#view.range, Date.now())) {
    const { range, hidesNoise, follows } = this.#view;
    this.#range.show(range, period);
    this.#lens.show(hidesNoise);
    this.#compare.setAttribute('aria-pressed', String(isCompared(this.#view)));
    /** @type {any} */ (this.#compare).disabled = 'all' in range;
    this.#live.setAttribute('aria-pressed', String(follows));
    if (!follows) this.#live.classList.remove('bad');
    if (follows !== this.#follow.isOn) this.#follow.isOn = follows;
  }

  /** Follows live, or stops. */
  toggleFollow() {
    if (this.#tools.hidden) return;
    const { follows, range } = this.#view;
    this.#change({ follows: !follows, range: canFollow(range) ? range : { last: '15m' } });
  }

  /** Something was stored; asks for the page anew where it is about this thing. */
  async #lookAgain() {
    if (this.#isLooking) return;
    this.#isLooking = true;
    const { kind, value } = named();
    const abort = new AbortController();
    const view = this.#view;
    this.#pending?.abort.abort();
    this.#pending = null;
    try {
      const seen = await askSeen(kind, value, view.hidesNoise, abort.signal);
      this.#live.classList.remove('bad');
      this.#known = seen.upTo;
      if (!this.#entity || seen.count === this.#entity.known) return this.#askHidden(seen.upTo);
      const entity = await askEntity(kind, value, view, seen, abort.signal);
      if (!asksTheSame(view, this.#view)) return undefined;
      this.#pending = { entity, abort };
      if (!this.#isPointedAt) return this.#showPending();
      const more = entity.count - this.#entity.count;
      this.#news.textContent = more > 0 ? `${count(more)} more · show` : 'Newer numbers · show';
      this.#news.hidden = false;
    } catch (error) {
      if (!isAbort(error)) this.#live.classList.add('bad');
    } finally {
      this.#isLooking = false;
    }
    return undefined;
  }

  #isLooking = false;

  /** Whether an update would move what the viewer points at or reads. */
  get #isPointedAt() {
    return this.#pointed.isPointedAt || this.#body.contains(document.activeElement) || !this.#event.hidden || this.parentElement.scrollTop > 0
      || this.#table?.isAtTop === false || document.querySelector(':popover-open, dialog[open]') !== null;
  }

  #dropPending() {
    this.#pending?.abort.abort();
    this.#pending = null;
    this.#news.hidden = true;
  }

  #showPending() {
    const pending = this.#pending;
    this.#pending = null;
    this.#news.hidden = true;
    if (!pending) return;
    this.#abort.abort();
    this.#abort = pending.abort;
    this.#show(pending.entity);
  }

  #show(entity) {
    const { kind, value } = named();
    this.#entity = entity;
    this.#known = entity.upTo;
    this.#askHidden(entity.upTo);
    this.#showTools(entity.period);
    this.#facts.replaceChildren(...headFacts(entity));
    this.#totals.replaceChildren(...headTotals(entity));
    if (!entity.count) return this.#showEmpty(kind, value, entity);
    const near = h('div.tops-grid');
    this.#showBody(kind, value, entity, near);
    this.#showNeighbours(kind, value, entity, near, this.#abort.signal);
    return undefined;
  }

  /** How much the lens hides of what is shown. */
  #askHidden(upTo) {
    const { whole, range, period } = /** @type {import('./questions.js').Entity} */ (this.#entity);
    this.#lens.ask({ q: whole, ...('all' in range ? {} : period), upTo });
  }

  #showEmpty(kind, value, { query, extent, range }) {
    if (extent) {
      return this.#body.replaceChildren(stateBox({
        title: 'No event in this range', text: `${rangeLabel(range)}. The newest one is of ${stamp(extent.to - 1)}.`,
        actions: [stateAction('The 24 hours before it', () => this.#change({ range: { from: extent.to - DAY, to: extent.to } }), { testid: 'jump-newest' }),
          stateAction('Everything stored', () => this.#change({ range: { all: true } }), { testid: 'jump-all' })],
      }));
    }
    if (this.#lens.isOn) return this.#body.replaceChildren(stateBox({ title: 'Nothing but noise', text: 'No event of it is left with noise hidden.', actions: [stateAction('Show noise', () => this.toggleNoise(), { testid: 'empty-show-noise' })] }));
    const box = stateBox({ title: 'Nothing is known', text: `No event that is stored has ${value} as ${kindNamed(kind).title.toLowerCase()}.` });
    box.append(h('p.quiet.mono', { text: query }));
    return this.#body.replaceChildren(box);
  }

  #showBody(kind, value, entity, near) {
    const { period, step, spans, parts, tops, rows, count: number } = entity;
    const chart = /** @type {any} */ (h('petrel-histogram'));
    chart.addEventListener('range', ({ detail }) => this.#change({ range: detail }));
    this.#table = /** @type {any} */ (h('petrel-table'));
    const section = (title, note, ...children) => h('section.page-section', {}, h('h2.section-title', {}, `${title} `, h('span.quiet', { text: note })), ...children);
    this.#body.replaceChildren(
      section('Over time', `${periodText(period.from, period.to)} · a bar is ${stepLabel(step.length)}`, chart),
      h('section.page-section', {}, h('h2.section-title', { text: 'Most frequent' }), h('div.tops-grid', {}, ...tops.map((facet) => topCard(facet, entity)))),
      section('Neighbours', NEAR_NOTES[kind] ?? 'looked for through its 20 most frequent values', near),
      section('Events', `${counted(number, 'event')}, newest first`, this.#table),
    );
    chart.show({ ...period, step: step.length, spans, split: 'event.family', parts });
    this.#table.setColumns(kindNamed(kind).columns ?? STANDARD_COLUMNS, 'desc', false);
    this.#table.addEventListener('want', ({ detail }) => rows.want(detail.first, detail.last));
    this.#table.addEventListener('open', ({ detail }) => this.#openRow(rows.row(detail)));
    this.#table.addEventListener('active', ({ detail }) => !this.#event.hidden && this.#openRow(rows.row(detail)));
    rows.addEventListener('change', () => this.#table.draw());
    rows.addEventListener('fault', ({ detail }) => this.#table.replaceWith(errorBox(detail, () => this.#load())));
    this.#table.setRows(rows);
  }

  async #showNeighbours(kind, value, entity, near, signal) {
    near.replaceChildren(skeleton(4));
    try {
      const neighbours = await askNeighbours(kind, value, entity, signal);
      near.replaceChildren(...(neighbours.length ? neighbours.map((list) => neighbourCard(list, entity)) : [h('p.facet-empty', { text: 'It has none.' })]));
    } catch (error) {
      if (!isAbort(error)) near.replaceChildren(errorBox(error, () => this.#showNeighbours(kind, value, entity, near, signal)));
    }
  }

  #openRow(row) {
    if (row) this.#openEvent(row.event.id);
  }

  #openEvent(id) {
    this.#event.hidden = false;
    setFragmentValue('event', id);
    this.#event.show(id);
    if (matchMedia('(max-width: 860px)').matches) this.#event.focusTitle();
  }

  #closeEvent() {
    if (this.#event.hidden) return;
    this.#event.hidden = true;
    setFragmentValue('event', null);
    this.#event.clear();
    this.#table?.focus();
  }
});
