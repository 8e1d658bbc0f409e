/**
 * <petrel-event>: one event in full: its fields, its raw line, the document, and where to go from it. Told `narrow`
 * (detail: `{field, value, negative}`) and `column` (detail: field) where the screen offers that, `step` (detail: ±1) when the one
 * above or below it is wanted, `close` when it is left.
 */

import { fetchEvent, isAbort } from '../api.js';
import { copyButton } from '../clipboard.js';
import { h, icon } from '../dom.js';
import { pageOf } from '../entity/kinds.js';
import { ago, endpoint, stamp, utc } from '../format.js';
import { noiseReason } from '../noise.js';
import { exploreAddress, pivotsOf } from '../pivots.js';
import { valueContent, summaryOf } from './event-cells.js';
import { flatten, grouped, rawLine } from './event-fields.js';
import { errorBox, skeleton } from './states.js';

/** A time as documents have it. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const TABS = ['Fields', 'Raw line', 'JSON'];
const PLUS = 'M8 3.500v9M3.500 8h9';
const MINUS = 'M3.500 8h9';
const UP = 'M4 10l4-4 4 4';
const DOWN = 'M4 6l4 4 4-4';
const COLUMN = 'M2.500 3h11v10h-11zM6.200 3v10M9.800 3v10';

customElements.define('petrel-event', class extends HTMLElement {
  #title = h('h2', { tabindex: -1 });
  #content = h('div.event-content', { tabindex: 0, role: 'group', 'aria-label': 'The event' });
  #tab = TABS[0];
  #document = null;
  #shownId = null;
  #request = new AbortController();

  connectedCallback() {
    if (this.firstChild) return;
    this.dataset.testid = 'event-panel';
    this.setAttribute('role', 'region');
    this.setAttribute('aria-label', 'Event');
    this.append(h('header.event-head', {}, this.#title, h('span.quiet.event-hint', { text: '↑ ↓ other events' }),
    ...[[UP, 'Event above', -1], [DOWN, 'Event below', 1]].map(([path, label, by]) => h('button.icon-button.touch-only', {
      type: 'button', 'aria-label': label, title: label, data: { testid: by < 0 ? 'event-above' : 'event-below' }, on: { click: () => this.#tell('step', by) },
    }, icon(/** @type {string} */ (path), 'icon', { stroke: true }))), h('button.icon-button', {
      type: 'button', 'aria-label': 'Close', title: 'Close (Esc)', text: '×', data: { testid: 'event-close' }, on: { click: () => this.#tell('close') },
    })), this.#content);
  }

  /** Loads and shows an event; the focus stays where it is. @param {string} id */
  async show(id) {
    if (id === this.#shownId) return;
    this.#shownId = id;
    this.#request.abort();
    this.#request = new AbortController();
    const { signal } = this.#request;
    if (!this.#document) this.#content.replaceChildren(skeleton(8));
    try {
      this.#document = await fetchEvent(id, signal);
      if (!signal.aborted) this.#show();
    } catch (error) {
      if (isAbort(error) || signal.aborted) return;
      this.#document = null;
      this.#title.textContent = `Event ${id}`;
      this.#content.replaceChildren(errorBox(error, () => {
        this.#shownId = null;
        this.show(id);
      }));
    }
  }

  clear() {
    this.#request.abort();
    this.#shownId = null;
    this.#document = null;
    this.#content.replaceChildren();
  }

  focusTitle() {
    this.#title.focus();
  }

  #tell(type, detail = null) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true }));
  }

  #show() {
    const fields = flatten(this.#document);
    const raw = rawLine(fields);
    const time = Date.parse(fields.get('@timestamp') ?? '');
    this.#title.textContent = summaryOf(fields) || `Event ${this.#shownId}`;
    const tabs = TABS.filter((tab) => tab !== 'Raw line' || raw !== null);
    if (!tabs.includes(this.#tab)) this.#tab = TABS[0];
    const views = { Fields: () => this.#fieldsView(fields), 'Raw line': () => rawView(raw), JSON: () => jsonView(this.#document) };
    this.#content.replaceChildren(
      h('p.event-time', {}, h('time', { text: stamp(time), title: utc(time) }), h('span.quiet', { text: ` · ${ago(time, Date.now())}` })),
      ...[flow(fields), noiseReason(fields), this.#pivots(fields)].filter(Boolean),
      h('div.event-tabs', { role: 'group', 'aria-label': 'Views of the event' }, ...tabs.map((tab) => h('button.event-tab', {
        type: 'button', text: tab, 'aria-pressed': String(tab === this.#tab), data: { testid: `tab-${tab.split(' ')[0].toLowerCase()}` },
        on: { click: () => this.#choose(tab) },
      })), h('span.nav-gap'), copyButton('Copy link', 'Link', () => exploreLink(this.#shownId))),
      ...views[this.#tab]());
    this.#content.scrollTop = 0;
  }

  #choose(tab) {
    this.#tab = tab;
    this.#show();
    this.#content.querySelector(`[data-testid="tab-${tab.split(' ')[0].toLowerCase()}"]`)?.focus();
  }

  #pivots(fields) {
    const pivots = pivotsOf(fields);
    return pivots.length ? h('div.pivots', { role: 'group', 'aria-label': 'Related events' }, ...pivots.map(({ label, query, range }) => h('a.pivot', {
      href: exploreAddress(query, range), text: label, title: query, data: { testid: 'pivot' },
    }))) : null;
  }

  #fieldsView(fields) {
    return grouped(fields).map(({ title, fields: list }) => h('section', {}, h('h3', { text: title }),
      h('dl.event-fields', {}, ...list.map(([name, value]) => this.#row(name, value)))));
  }

  #row(name, value) {
    const isOne = !value.includes(', ');
    const page = isOne ? pageOf(name, value) : null;
    const shown = TIME.test(value) ? timeContent(value) : valueContent(name, value);
    const tool = (path, label, action) => h('button.icon-button', { type: 'button', 'aria-label': `${label}: ${name}`, title: label, on: { click: action } }, icon(path, 'icon', { stroke: true }));
    const canNarrow = this.hasAttribute('narrowing') && isOne && name !== 'event.id' && name !== 'event.ingested';
    return h('div.event-field', { data: { field: name } }, h('dt', { text: name }),
      h('dd', {}, page ? h('a', { href: page, title: 'What else is known of it' }, ...shown) : h('span', {}, ...shown),
        canNarrow ? h('span.field-tools', {},
          tool(PLUS, 'Only events with this value', () => this.#tell('narrow', { field: name, value, negative: false })),
          tool(MINUS, 'Only events without this value', () => this.#tell('narrow', { field: name, value, negative: true })),
          tool(COLUMN, 'Show or hide as column', () => this.#tell('column', name))) : null));
  }
});

const exploreLink = (id) => {
  const link = new URL(exploreAddress('', { all: true }));
  link.searchParams.set('event', id);
  return link.href;
};

const timeContent = (value) => {
  const time = Date.parse(value);
  return [Number.isNaN(time) ? value : h('time', { text: stamp(time), title: utc(time) })];
};

/** From whom to whom, in one line. */
function flow(fields) {
  const from = endpoint(fields.get('source.ip') ?? fields.get('source.domain') ?? null, fields.get('source.port') ?? null);
  const to = endpoint(fields.get('destination.ip') ?? fields.get('observer.name') ?? null, fields.get('destination.port') ?? null);
  if (!from && !to) return null;
  return h('p.event-flow', {}, fields.has('attack.type') ? h('span.event-kind', {}, ...valueContent('attack.type', fields.get('attack.type'))) : null,
    h('span.mono', { text: from || 'unknown' }), h('span.quiet', { text: ' → ' }), h('span.mono', { text: to || 'unknown' }));
}

const rawView = (raw) => [h('div.event-copy', {}, copyButton('Copy', 'Raw line', () => raw)), h('pre.raw', { tabindex: 0, text: raw, data: { testid: 'raw-line' } })];

function jsonView(event) {
  const text = JSON.stringify(event, null, 2);
  return [h('div.event-copy', {}, copyButton('Copy', 'JSON', () => text)), h('pre.raw', { tabindex: 0, text, data: { testid: 'json' } })];
}
