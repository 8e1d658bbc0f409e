/**
 * <petrel-entity>: what is known of one thing: an address, a network, a rule, a hashtag …
 */

import { isAbort, ROOT } from '../api.js';
import { h } from '../dom.js';
import { fieldTitle, STANDARD_COLUMNS } from '../fields.js';
import { ago, count, counted, stamp, utc } from '../format.js';
import { fragment, fragmentValue, setFragment, setFragmentValue } from '../fragment.js';
import { both, clause, narrowed } from '../kql.js';
import { readLens, writeLens } from '../noise.js';
import { exploreAddress } from '../pivots.js';
import { Pointed } from '../pointed.js';
import { barList } from '../widgets/bar-list.js';
import { countryName } from '../widgets/event-cells.js';
import '../widgets/petrel-event.js';
import '../widgets/petrel-histogram.js';
import '../widgets/petrel-lens.js';
import '../widgets/petrel-table.js';
import { Follow, readFollows, writeFollows } from '../explore/follow.js';
import { errorBox, skeleton, stateAction, stateBox } from '../widgets/states.js';
import { faultOf, kindNamed, kindNames, pageOf } from './kinds.js';
import './petrel-notes.js';
import { askEntity, askNeighbours, askSeen } from './questions.js';

const ALL = { all: true };
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
  #facts = h('span');
  #lens = /** @type {any} */ (h('petrel-lens'));
  #live = h('button.tool.small', { type: 'button', 'aria-pressed': 'false', title: 'Follow live (l)', data: { testid: 'follow' }, on: { click: () => this.toggleFollow() } }, h('i.live-dot'), h('span', { text: 'Live' }));
  #news = h('button.news', { type: 'button', hidden: true, data: { testid: 'news' }, on: { click: () => this.#showPending() } });
  #name = h('div');
  #totals = h('dl.page-totals');
  #head = h('header.page-head', {}, h('div', {}, this.#name, h('p.entity-facts', {}, this.#facts, this.#live, this.#lens, this.#news)), this.#totals);
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
    addEventListener('keydown', ({ key }) => key === 'Escape' && !document.querySelector('dialog[open], :popover-open') && this.#closeEvent());
    addEventListener('hashchange', () => {
      this.#openLinked();
      this.#showFollow();
      if (readLens(fragment()) !== this.#lens.isOn) this.#load();
    });
    this.#lens.addEventListener('lens', ({ detail }) => {
      setFragment({ noise: writeLens(detail) }, true);
      this.#load();
    });
    this.#follow.addEventListener('news', () => this.#lookAgain());
    this.#follow.addEventListener('fault', () => this.#live.classList.add('bad'));
    this.#load();
    this.#openLinked();
  }

  /** Leaves noise out, or shows it again. */
  toggleNoise() {
    if (!this.#lens.hidden) this.#lens.toggle();
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
    this.#live.hidden = Boolean(fault);
    this.#lens.hidden = Boolean(fault);
    if (fault) return this.#body.replaceChildren(stateBox({ title: 'No such page', text: fault, bad: true, testid: 'error' }));
    this.#notes.show(kind, value);
    this.#lens.show(readLens(fragment()));
    this.#showFollow();
    this.#dropPending();
    this.#abort.abort();
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    try {
      this.#show(await askEntity(kind, value, this.#lens.isOn, await askSeen(kind, value, this.#lens.isOn, signal), signal));
    } catch (error) {
      if (!isAbort(error)) this.#body.replaceChildren(errorBox(error, () => this.#load()));
    }
    return undefined;
  }

  /** Follows live, or stops. */
  toggleFollow() {
    if (this.#live.hidden) return;
    setFragment({ live: writeFollows(!this.#follow.isOn) }, true);
    this.#showFollow();
  }

  /** Follows live where the link says so. */
  #showFollow() {
    const follows = !this.#live.hidden && readFollows(fragment());
    this.#live.setAttribute('aria-pressed', String(follows));
    if (!follows) this.#live.classList.remove('bad');
    this.#follow.isOn = follows;
  }

  /** Something was stored; asks for the page anew where it is about this thing. */
  async #lookAgain() {
    if (this.#isLooking) return;
    this.#isLooking = true;
    const { kind, value } = named();
    const abort = new AbortController();
    this.#pending?.abort.abort();
    this.#pending = null;
    try {
      const seen = await askSeen(kind, value, this.#lens.isOn, abort.signal);
      this.#live.classList.remove('bad');
      this.#known = seen.upTo;
      if (this.#entity) this.#lens.ask({ q: this.#entity.whole, upTo: seen.upTo });
      if (!this.#entity || seen.count === this.#entity.count) return;
      this.#pending = { entity: await askEntity(kind, value, this.#lens.isOn, seen, abort.signal), abort };
      if (!this.#isPointedAt) return void this.#showPending();
      const more = seen.count - this.#entity.count;
      this.#news.textContent = more > 0 ? `${count(more)} more · show` : 'Newer numbers · show';
      this.#news.hidden = false;
    } catch (error) {
      if (!isAbort(error)) this.#live.classList.add('bad');
    } finally {
      this.#isLooking = false;
    }
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
    this.#lens.ask({ q: entity.whole, upTo: entity.upTo });
    this.#showHead(entity);
    if (!entity.period) return this.#showEmpty(kind, value, entity);
    const near = h('div.tops-grid');
    this.#showBody(kind, value, entity, near);
    this.#showNeighbours(kind, value, entity, near, this.#abort.signal);
    return undefined;
  }

  #showHead({ query, count: number, period, facts, families, lists }) {
    const now = Date.now();
    const time = (at) => h('time', { text: stamp(at), title: utc(at) });
    const parts = [...families].map(([family, part]) => `${count(part)} ${family}${part === 1 ? '' : 's'}`).join(', ');
    const totals = period ? [
      ['Events', h('dd', { text: count(number), data: { testid: 'entity-count', count: number } }, h('span.total-note', { text: parts }))],
      ['First seen', h('dd', {}, time(period.from), h('span.total-note', { text: ago(period.from, now) }))],
      ['Last seen', h('dd', {}, time(period.to - 1), h('span.total-note', { text: ago(period.to - 1, now) }))],
    ] : [];
    this.#facts.replaceChildren(...[
      ...[...facts].map(([field, fact]) => this.#fact(field, fact)),
      ...lists.map(({ values: [list], count: hits }) => h('a.badge.warn', {
        href: exploreAddress(both(query, clause('threat.feed.name', list)), ALL), text: `On list ${list}`, title: counted(hits, 'event'), data: { testid: 'list', value: list, count: hits } })),
      h('a.tool.small', { href: exploreAddress(query, ALL), text: 'Open in Explore', data: { testid: 'to-explore' } }),
      families.get('post') ? h('a.tool.small', { href: exploreAddress(both('event.family: post', query), ALL), text: `${counted(families.get('post'), 'post')} about it`, data: { testid: 'to-posts' } }) : null,
    ].filter(Boolean));
    this.#totals.replaceChildren(...totals.map(([label, content]) => h('div', {}, h('dt', { text: label }), content)));
  }

  #fact(field, value) {
    const page = pageOf(field, value);
    const text = field.endsWith('as.number') ? `AS${value}` : field.endsWith('iso_code') ? countryName(value) : String(value);
    return page ? h('a.badge', { href: page, text, title: fieldTitle(field) }) : h('span.badge', { text, title: fieldTitle(field) });
  }

  #showEmpty(kind, value, { query }) {
    if (this.#lens.isOn) return this.#body.replaceChildren(stateBox({ title: 'Nothing but noise', text: 'No event of it is left with noise hidden.', actions: [stateAction('Show noise', () => this.toggleNoise(), { testid: 'empty-show-noise' })] }));
    const box = stateBox({ title: 'Nothing is known', text: `No event that is stored has ${value} as ${kindNamed(kind).title.toLowerCase()}.` });
    box.append(h('p.quiet.mono', { text: query }));
    return this.#body.replaceChildren(box);
  }

  #showBody(kind, value, entity, near) {
    const { query, period, step, spans, parts, tops, rows, count: number } = entity;
    const chart = /** @type {any} */ (h('petrel-histogram'));
    chart.addEventListener('range', ({ detail }) => location.assign(exploreAddress(query, detail)));
    this.#table = /** @type {any} */ (h('petrel-table'));
    const section = (title, note, ...children) => h('section.page-section', {}, h('h2.section-title', {}, `${title} `, h('span.quiet', { text: note })), ...children);
    this.#body.replaceChildren(
      section('Over time', 'attacks, posts and records on one clock; drag to open a stretch', chart),
      h('section.page-section', {}, h('h2.section-title', { text: 'Most frequent' }), h('div.tops-grid', {}, ...tops.map((facet) => this.#top(facet, number, query)))),
      section('Neighbours', NEAR_NOTES[kind] ?? 'looked for through its 20 most frequent values', near),
      section('Events', `${counted(number, 'event')}, newest first`, this.#table),
    );
    chart.show({ ...period, step: step.length, spans, split: 'event.family', parts });
    this.#table.setColumns(kindNamed(kind).columns ?? STANDARD_COLUMNS, 'desc');
    this.#table.addEventListener('want', ({ detail }) => rows.want(detail.first, detail.last));
    this.#table.addEventListener('open', ({ detail }) => this.#openRow(rows.row(detail)));
    this.#table.addEventListener('active', ({ detail }) => !this.#event.hidden && this.#openRow(rows.row(detail)));
    rows.addEventListener('change', () => this.#table.draw());
    rows.addEventListener('fault', ({ detail }) => this.#table.replaceWith(errorBox(detail, () => this.#load())));
    this.#table.setRows(rows);
  }

  /** A list of the most frequent values; each leads to its page, or to the events that have it. */
  #top({ fields: [field], groups, distinct }, total, query) {
    return h('section.top-card', { data: { testid: 'top', field } },
      h('h3', {}, fieldTitle(field), h('span.facet-note', { text: distinct > groups.length ? `${count(groups.length)} of ${count(distinct)}` : '' })),
      barList(groups, { field, total, name: (value) => h('a', { href: pageOf(field, value) ?? exploreAddress(narrowed(query.includes(' or ') ? `(${query})` : query, clause(field, value)), ALL) }) }));
  }

  async #showNeighbours(kind, value, entity, near, signal) {
    near.replaceChildren(skeleton(4));
    try {
      const neighbours = await askNeighbours(kind, value, entity, signal);
      near.replaceChildren(...(neighbours.length ? neighbours.map((list) => this.#near(list)) : [h('p.facet-empty', { text: 'It has none.' })]));
    } catch (error) {
      if (!isAbort(error)) near.replaceChildren(errorBox(error, () => this.#showNeighbours(kind, value, entity, near, signal)));
    }
  }

  #near({ title, href, field, groups, distinct }) {
    return h('section.top-card', { data: { testid: 'neighbours' } },
      h('h3', {}, href ? h('a', { href, text: title }) : title, h('span.facet-note', { text: `${count(distinct)} in all` })),
      groups.length ? barList(groups, { field, total: groups.reduce((sum, { count: number }) => sum + number, 0), name: (value) => h('a', { href: pageOf(field, value) ?? exploreAddress(clause(field, value), ALL) }) })
        : h('p.facet-empty', { text: field === 'source.ip' ? 'Nobody else was seen.' : 'Nothing else was seen.' }));
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
