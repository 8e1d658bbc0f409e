/**
 * Sources as circles with the number of their events: places that would overlap at this zoom share one. Few places are
 * shown, the heaviest; the rest keep the dots of their arcs.
 */

import { h } from '../dom.js';
import { counted, shortCount } from '../format.js';

/** One circle per so many square pixels of the map, and at most so many. */
const AREA_PX = 45_000;
const MOST = 24;
/** A single event has its arc's dot. */
const LEAST = 2;
const CELL_PX = 18;
/** Half of a sensor's mark with its rim. A circle stands beside one that it would cover. */
const SENSOR_PX = 9;
/** Half of the smallest circle on the screen (css/map.css), so that it can be pressed. */
const LEAST_RADIUS_PX = 12;
const RADIUS_PX = { least: 9, perMagnitude: 4, most: 24 };

/**
 * @typedef {object} Cluster
 * @property {import('./source-places.js').SourcePlace[]} places the heaviest first
 * @property {number} count
 * @property {number} x CSS pixels
 * @property {number} y
 * @property {number} radius
 */

/**
 * Puts together what overlaps.
 * @param {import('./source-places.js').SourcePlace[]} places
 * @param {import('./camera.js').Camera} camera
 * @returns {Cluster[]} the heaviest first
 */
export function clustersOf(places, camera) {
  /** @type {Cluster[]} */
  const clusters = [];
  for (const cell of cellsOf(places, camera)) {
    const near = clusters.find((cluster) => Math.hypot(cluster.x - cell.x, cluster.y - cell.y) < cluster.radius + cell.radius);
    if (near) {
      near.places.push(...cell.places);
      near.count += cell.count;
      near.radius = radiusOf(near.count);
    } else clusters.push(cell);
  }
  const shown = clusters.filter(({ count }) => count >= LEAST).sort((one, other) => other.count - one.count)
    .slice(0, Math.min(MOST, Math.ceil((camera.width * camera.height) / AREA_PX)));
  for (const { places: own } of shown) own.sort((one, other) => other.count - one.count);
  return shown;
}

/** What lies within a few pixels of each other, at its heaviest place, the heaviest first: there may be thousands of places. */
function cellsOf(places, camera) {
  /** @type {Map<string, Cluster>} */
  const cells = new Map();
  for (const place of [...places].sort((one, other) => other.count - one.count)) {
    const [x, y, seen] = camera.toScreen(place.place);
    if (!seen || x < 0 || y < 0 || x > camera.width || y > camera.height) continue;
    const key = `${Math.floor(x / CELL_PX)}|${Math.floor(y / CELL_PX)}`;
    const cell = cells.get(key);
    if (cell) {
      cell.places.push(place);
      cell.count += place.count;
    } else cells.set(key, { places: [place], count: place.count, x, y, radius: 0 });
  }
  for (const cell of cells.values()) cell.radius = radiusOf(cell.count);
  return [...cells.values()].sort((one, other) => other.count - one.count);
}

const radiusOf = (count) => Math.min(RADIUS_PX.most, RADIUS_PX.least + RADIUS_PX.perMagnitude * Math.log10(count));

/** The DOM over the canvases. */
export class ClusterMarks {
  #layer;
  #camera;
  #onCluster;
  #sensors;
  /** By the key of the heaviest place. @type {Map<string, {cluster: Cluster, element: HTMLElement}>} */
  #marks = new Map();

  /**
   * @param {HTMLElement} layer
   * @param {import('./camera.js').Camera} camera
   * @param {(cluster: Cluster) => void} onCluster
   * @param {() => import('./projection.js').Place[]} sensors the places that marks of sensors take
   */
  constructor(layer, camera, onCluster, sensors) {
    this.#layer = layer;
    this.#camera = camera;
    this.#onCluster = onCluster;
    this.#sensors = sensors;
    camera.addEventListener('change', () => this.#arrange());
  }

  /** @param {Cluster[]} clusters */
  show(clusters) {
    const shown = new Set();
    for (const cluster of clusters) {
      const [{ key }] = cluster.places;
      shown.add(key);
      const mark = this.#marks.get(key) ?? this.#made(key, cluster);
      mark.cluster = cluster;
      this.#describe(mark);
    }
    for (const [key, { element }] of this.#marks) {
      if (shown.has(key)) continue;
      element.remove();
      this.#marks.delete(key);
    }
    this.#arrange();
  }

  #made(key, cluster) {
    const element = h('button.cluster', { type: 'button', data: { testid: 'cluster', key }, on: { click: () => this.#onCluster(this.#marks.get(key).cluster) } },
      h('span.cluster-count'));
    this.#layer.append(element);
    const mark = { cluster, element };
    this.#marks.set(key, mark);
    return mark;
  }

  #describe({ cluster: { places, count, radius }, element }) {
    const vague = places.every(({ accuracy }) => accuracy === 'country');
    const countries = [...new Set(places.map(({ country }) => country ?? 'unknown'))];
    const where = `${counted(places.length, 'place')} in ${countries.slice(0, 3).join(', ')}${countries.length > 3 ? ' …' : ''}`;
    const text = shortCount(count);
    if (element.firstElementChild.textContent !== text) element.firstElementChild.textContent = text;
    element.setAttribute('aria-label', `${counted(count, 'event')} from ${where}`);
    element.title = `${counted(count, 'event')} from ${where}${vague ? ': only the country is known' : ''}`;
    element.style.setProperty('--size', `${2 * radius}px`);
    Object.assign(element.dataset, { count, places: places.length, accuracy: vague ? 'country' : 'city' });
  }

  #arrange() {
    /** @type {Disc[]} */
    const taken = this.#sensors().map((place) => this.#camera.toScreen(place)).filter(([, , seen]) => seen).map(([x, y]) => ({ x, y, radius: SENSOR_PX }));
    for (const { cluster, element } of this.#marks.values()) {
      const [x, y, seen] = this.#camera.toScreen(cluster.places[0].place);
      element.hidden = !seen;
      if (!seen) continue;
      const disc = beside({ x, y, radius: Math.max(LEAST_RADIUS_PX, cluster.radius) }, taken);
      taken.push(disc);
      element.style.transform = `translate(${disc.x}px, ${disc.y}px) translate(-50%, -50%)`;
    }
  }
}

/** @typedef {{x: number, y: number, radius: number}} Disc in CSS pixels */

/**
 * The disc where it covers none of those that are there: at its own place, else above, below or left of what it would cover, where
 * no name stands. If all of these are taken, above it.
 * @param {Disc} disc
 * @param {Disc[]} taken
 */
export function beside(disc, taken) {
  const coveredBy = (one) => taken.find((other) => Math.hypot(other.x - one.x, other.y - one.y) < other.radius + one.radius);
  const other = coveredBy(disc);
  if (!other) return disc;
  const apart = other.radius + disc.radius + 1;
  const places = [[0, -apart], [0, apart], [-apart, 0]].map(([dx, dy]) => ({ ...disc, x: other.x + dx, y: other.y + dy }));
  return places.find((place) => !coveredBy(place)) ?? places[0];
}
