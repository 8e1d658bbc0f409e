/**
 * <petrel-drawer>: the events behind an arc, a row or a number, down to the raw line.
 */

import { fetchEvent, fetchEvidence } from '../api.js';
import { h } from '../dom.js';
import { count, counted, dateTime, portName, share, utc } from '../format.js';
import { setFragmentValue } from '../fragment.js';
import { clause } from '../kql.js';
import { noiseReason } from '../noise.js';
import { exploreAddress, pivotsOf } from '../pivots.js';
import { typeGlyph, typeLabel, TYPES } from '../types.js';
import { entityAddress } from '../entity/kinds.js';
import { flatten, grouped, rawLine, summary } from './event-fields.js';
import { placeList, placesTitle } from './place-view.js';

const CLOSE = '×';
const BACK = '‹';
const COPIED_MS = 1500;
/** The parameter of api/v1/evidence that asks for an entry of a top list. */
const TOP_PARAMETER = { countries: 'country', addresses: 'address', ports: 'port', sensors: 'sensor', types: 'type' };
/** The field that the entries of a top list are values of. */
const TOP_FIELD = { countries: 'source.geo.country_iso_code', addresses: 'source.ip', ports: 'destination.port', sensors: 'observer.name', types: 'attack.type' };
const TOP_NAME = { countries: 'Country', addresses: 'Address', ports: 'Port', sensors: 'Sensor', types: 'Type' };

customElements.define('petrel-drawer', class extends HTMLElement {
  #model;
  #title = h('h2', { tabindex: -1, id: 'drawer-title' });
  #back = h('button.icon-button', { type: 'button', 'aria-label': 'Back to the list', text: BACK, hidden: true });
  #content = h('div.drawer-content', { tabindex: 0 });
  /** Where the focus was before the drawer opened. @type {HTMLElement|null} */
  #before = null;
  /** The list that "back" returns to. @type {import('../model.js').Selection|null} */
  #list = null;
  #request = 0;

  /** @param {import('../model.js').Model} model */
  connect(model) {
    this.#model = model;
    this.hidden = true;
    this.dataset.testid = 'drawer';
    this.setAttribute('role', 'dialog');
    this.setAttribute('aria-labelledby', 'drawer-title');
    this.append(h('header.drawer-head', {}, this.#back, this.#title, h('button.icon-button', {
      type: 'button', 'aria-label': 'Close', text: CLOSE, data: { testid: 'drawer-close' }, on: { click: () => model.select(null) },
    })), this.#content);
    this.#back.addEventListener('click', () => model.select(model.selection?.within ?? this.#list));
    model.addEventListener('select', ({ detail }) => (detail ? this.#open(detail) : this.#close()));
    addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && !this.hidden && !document.querySelector('dialog[open]')) model.select(null);
    });
  }

  #open(selection) {
    if (this.hidden) {
      this.#before = /** @type {HTMLElement} */ (document.activeElement);
      this.#list = null;
    }
    this.hidden = false;
    if (selection.kind !== 'event') this.#list = selection;
    this.#back.hidden = selection.kind === 'event' ? this.#list === null : !selection.within;
    setFragmentValue('event', selection.kind === 'event' ? selection.id : null);
    const shows = { arc: () => this.#showArc(selection.arc), top: () => this.#showTop(selection), places: () => this.#showPlaces(selection), event: () => this.#showEvent(selection.id) };
    shows[selection.kind]();
    this.#title.focus();
  }

  #close() {
    this.hidden = true;
    this.#request += 1;
    this.#list = null;
    setFragmentValue('event', null);
    const target = this.#before?.isConnected ? this.#before : document.querySelector('petrel-map');
    target?.focus();
  }

  #showArc(arc) {
    const { lat, lon, sensor, type, country, accuracy } = arc.message;
    this.#title.replaceChildren(typeGlyph(type), `${typeLabel(type)} · ${country ?? 'unknown'} → ${sensor ?? 'unnamed sensor'}`);
    const where = { stated: 'Position stated by the record', city: 'Position of the city', country: 'Only the country is known' }[accuracy];
    const note = `${where ?? 'Position'} (${lat}°, ${lon}°): where the address is registered, not who was behind it.`;
    this.#load(fetchEvidence(arc.spans, { lat, lon, sensor, type, q: this.#model.asked || null }), (evidence) => this.#evidenceList(evidence, note));
  }

  /** The events behind an entry of a top list, from the server, over the window of the totals. */
  #showTop({ top, key, label }) {
    this.#title.replaceChildren(`${TOP_NAME[top]} ${label ?? key}`);
    const { window } = this.#model.snapshot;
    const span = { from: Math.floor(window.from), to: Math.ceil(window.to) };
    const q = this.#model.counted || null;
    this.#load(fetchEvidence([span], { [TOP_PARAMETER[top]]: key, families: 'attack', q }), (evidence) => [this.#narrowButton(clause(TOP_FIELD[top], key)),
      ...this.#evidenceList(evidence, 'In the window of the totals.', top === 'countries' ? this.#countryFacts(key, label ?? key) : '')]);
  }

  #narrowButton(part) {
    return h('div.drawer-tools', {}, h('button.button', {
      type: 'button', text: 'Show only these on the map', title: part, data: { testid: 'narrow' },
      on: { click: () => {
        this.dispatchEvent(new CustomEvent('narrow', { detail: part }));
        if (this.#covers()) this.#model.select(null);
      } },
    }));
  }

  /** Whether nothing of the map can be seen beside it. */
  #covers() {
    return this.offsetWidth >= this.parentElement.offsetWidth;
  }

  /** A country's part in what the map shows, and where there is more. */
  #countryFacts(code, name) {
    const { countries, totals } = this.#model.snapshot;
    const own = countries[code] ?? 0;
    const rank = Object.values(countries).filter((other) => other > own).length + 1;
    const part = own === 0 ? 'None of' : `${share(own, totals.attacks)} of`;
    const place = own === 0 ? '' : ` Rank ${count(rank)} of ${counted(Object.values(countries).filter((other) => other > 0).length, 'country', 'countries')}.`;
    return h('p.country-facts', { data: { testid: 'country-facts', count: own } }, `${part} all attacks in the window.${place} `,
      h('a', { href: entityAddress('country', code), text: `Everything about ${name}`, data: { testid: 'country-page' } }));
  }

  /** The events of the places that a circle stands for; of several, first the places. */
  #showPlaces(selection) {
    const { places } = selection;
    this.#title.replaceChildren(placesTitle(places));
    if (places.length > 1) {
      this.#request += 1;
      this.#content.replaceChildren(...placeList(places, (place) => this.#model.select({ kind: 'places', places: [place], within: selection })));
      return;
    }
    const [{ place, spans, accuracy }] = places;
    const { filter } = this.#model;
    const types = filter.active ? TYPES.filter(({ id }) => filter.shows(id)).map(({ id }) => id).join(',') : null;
    const where = accuracy === 'country' ? 'Only the country is known; the point is its middle.' : 'The position of the city.';
    this.#load(fetchEvidence(spans, { lat: place.lat, lon: place.lon, families: 'attack', types, q: this.#model.asked || null }),
      (evidence) => this.#evidenceList(evidence, `${where} What came from here since this screen first saw it.`));
  }

  #showEvent(id) {
    this.#title.replaceChildren(`Event ${id}`);
    this.#load(fetchEvent(id), (event) => this.#eventView(event));
  }

  /** Shows what a request brings, unless the drawer has gone on to something else meanwhile. */
  async #load(answer, view) {
    const request = ++this.#request;
    this.#content.replaceChildren(h('p.drawer-note', { text: 'Loading…' }));
    let children;
    try {
      children = view(await answer);
    } catch (error) {
      children = [h('p.drawer-note.error', { role: 'alert', text: error.message })];
    }
    if (request === this.#request) this.#content.replaceChildren(...children);
  }

  #evidenceList({ total, events, truncated }, note, more = '') {
    const limit = truncated ? ` The newest ${count(events.length)} are listed.` : '';
    return [
      h('p.drawer-total', { data: { testid: 'evidence-total', count: total }, text: counted(total, 'event') }),
      h('p.drawer-note', { text: `${note}${limit}` }),
      more,
      this.#eventList(events.map(summary)),
    ];
  }

  #eventList(rows) {
    return h('ol.evidence', {}, ...rows.map((row) => h('li', {}, h('button.evidence-row', {
      type: 'button', data: { testid: 'evidence-row', id: row.id }, on: { click: () => this.#model.select({ kind: 'event', id: row.id }) },
    }, h('time', { text: dateTime(row.time), title: utc(row.time) }),
    h('span.mono', { text: row.address ?? '' }), h('span.mono.quiet', { text: portName(row.port, row.transport) }),
    h('span.evidence-title', {}, row.type ? typeGlyph(row.type) : null, row.title ?? '')))));
  }

  #eventView(event) {
    const fields = flatten(event);
    const raw = rawLine(fields);
    const sections = grouped(fields).map(({ title, fields: list }) => h('section', {}, h('h3', { text: title }),
      h('dl.fields', {}, ...list.flatMap(([name, value]) => [h('dt', { text: name }), h('dd', { text: value })]))));
    const time = Date.parse(fields.get('@timestamp') ?? '');
    return [
      Number.isNaN(time) ? '' : h('p.drawer-total', {}, h('time', { text: dateTime(time), title: utc(time) })),
      noiseReason(fields) ?? '',
      h('div.drawer-tools', {}, copyButton('Copy as JSON', () => JSON.stringify(event, null, 2)),
        copyButton('Copy link', () => location.href)),
      h('nav.pivots', { 'aria-label': 'Related events' }, ...pivotsOf(fields).map(({ label, query, range }) => h('a.pivot', {
        href: exploreAddress(query, range), text: label, title: query, data: { testid: 'pivot' },
      }))),
      ...sections,
      raw === null ? '' : h('section', {}, h('div.raw-head', {}, h('h3', { text: 'Raw line' }), copyButton('Copy', () => raw)),
        h('pre.raw', { tabindex: 0, data: { testid: 'raw-line' }, text: raw })),
    ];
  }
});

/** A button that copies a text; left out where the browser does not let pages write to the clipboard. */
function copyButton(label, text) {
  if (!navigator.clipboard) return '';
  const button = h('button.button', { type: 'button', text: label });
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(text()).then(() => { button.textContent = 'Copied'; }, () => { button.textContent = 'Not allowed'; });
    setTimeout(() => { button.textContent = label; }, COPIED_MS);
  });
  return button;
}
