/**
 * What cannot be on a map, beside it: sensors that nobody has placed, and source addresses that have no place. Nothing
 * is ever put at 0° north, 0° east.
 */

import { h, setText } from '../dom.js';
import { count, counted } from '../format.js';

/** Sensors beyond this share the entry "… more". */
const MOST_SENSORS = 6;
const MORE = 'more';

/** @typedef {'private'|'unmapped'} Unplaced */

/** @type {Record<Unplaced, {title: string, query: string}>} */
const UNPLACED = {
  private: {
    title: 'Sources with private, loopback, link-local or documentation addresses',
    query: 'event.family: attack and not source.geo.location: * and source.geo.placement: private',
  },
  unmapped: {
    title: 'Public source addresses that no database places, and events without an address',
    query: 'event.family: attack and not source.geo.location: * and not source.geo.placement: private',
  },
};

/** @param {Unplaced} name */
function part(name) {
  const number = h('span.tray-count', { data: { testid: `unplaced-${name}` } });
  return { entry: h('a', { title: UNPLACED[name].title, data: { testid: `tray-${name}` } }, number, ` ${name}`), number };
}

/** The tray at the map's edge; arcs to unplaced sensors end at its entries. */
export class Tray {
  element = h('aside.tray', { 'aria-label': 'Off the map' });

  #sensors = h('div.tray-sensors');
  /** @type {Record<Unplaced, {entry: HTMLElement, number: HTMLElement}>} */
  #numbers = { private: part('private'), unmapped: part('unmapped') };
  #sources = h('div.tray-sources', {}, ...Object.values(this.#numbers).map(({ entry }) => entry));
  #onSensor;
  #shown = '';
  /** @type {Map<string, HTMLElement>} */
  #anchors = new Map();

  /** @param {(name: string) => void} onSensor */
  constructor(onSensor) {
    this.#onSensor = onSensor;
    this.element.append(this.#sensors, this.#sources);
    this.element.hidden = true;
  }

  /**
   * @param {string[]} names of sensors without a place
   * @param {Record<Unplaced, number>} unplaced
   * @param {(query: string) => string|null} addressOf where the events behind a number are found; null where nothing leads there
   */
  show(names, unplaced, addressOf) {
    for (const [name, { entry, number }] of Object.entries(this.#numbers)) {
      setText(number, count(unplaced[name]));
      const address = unplaced[name] > 0 ? addressOf(UNPLACED[name].query) : null;
      if (address === null) entry.removeAttribute('href');
      else entry.setAttribute('href', address);
      entry.setAttribute('aria-label', `${counted(unplaced[name], 'attack')} from ${name} sources`);
    }
    const sources = unplaced.private > 0 || unplaced.unmapped > 0;
    this.#sources.hidden = !sources;
    this.element.hidden = !sources && names.length === 0;
    const shown = JSON.stringify(names);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#anchors.clear();
    const entries = names.slice(0, MOST_SENSORS).map((name) => this.#entry(name));
    const rest = names.length - MOST_SENSORS;
    if (rest > 0) {
      const more = h('span.unplaced', {}, h('span.sensor-mark.off'), `${count(rest)} more`);
      this.#anchors.set(MORE, more.firstElementChild);
      entries.push(more);
    }
    this.#sensors.replaceChildren(...entries);
  }

  /** Where arcs to a sensor end, in CSS pixels of the viewport. @param {string} name @returns {[number, number]} */
  anchorOf(name) {
    const mark = this.#anchors.get(name) ?? this.#anchors.get(MORE) ?? this.element;
    const box = mark.getBoundingClientRect();
    return [box.left + box.width / 2, box.top + box.height / 2];
  }

  #entry(name) {
    const mark = h('span.sensor-mark.off');
    this.#anchors.set(name, mark);
    const yaml = `sensors:\n  - {name: ${JSON.stringify(name)}, lat: 52.52, lon: 13.40, place: Berlin}`;
    return h('button.unplaced', {
      type: 'button', data: { testid: 'unplaced-sensor', key: name },
      title: `Nobody has said where ${name} stands. Add its place to the configuration:\n\n${yaml}`,
      on: { click: () => this.#onSensor(name) },
    }, mark, h('span.unplaced-name', { text: name || 'unnamed sensor' }), h('span.place-me', { text: 'place me' }));
  }
}
