/**
 * Sensors with a place, as labelled markers over the map, and the ×n of arcs that stand for several events.
 */

import { h } from '../dom.js';
import { count } from '../format.js';
import { controlPoint, pointAt } from './curve.js';
import { project } from './projection.js';

/** Labels of merged arcs: one per so many square pixels of the map, and at most so many. */
const MULTIPLE_AREA_PX = 60_000;
const MOST_MULTIPLES = 14;
/** A ×n is worth reading from here on. */
const LEAST_MULTIPLE = 2;

/** The DOM over the canvases. */
export class Markers {
  #layer;
  #camera;
  #onSensor;
  /** @type {{sensor: any, place: [number, number], element: HTMLElement}[]} */
  #markers = [];
  #shown = '';
  /** @type {HTMLElement[]} */
  #multiples = [];

  /**
   * @param {HTMLElement} layer
   * @param {import('./camera.js').Camera} camera
   * @param {(name: string) => void} onSensor
   */
  constructor(layer, camera, onSensor) {
    this.#layer = layer;
    this.#camera = camera;
    this.#onSensor = onSensor;
    camera.addEventListener('change', () => this.arrange());
  }

  /** @param {{name: string, lat?: number, lon?: number, place?: string}[]} sensors those with a place */
  setSensors(sensors) {
    const shown = JSON.stringify(sensors);
    if (shown === this.#shown) return;
    this.#shown = shown;
    for (const { element } of this.#markers) element.remove();
    this.#markers = sensors.map((sensor) => {
      const element = h('button.sensor', {
        type: 'button', 'aria-label': `Sensor ${sensor.name}`, title: `Sensor ${sensor.name}${sensor.place ? `, ${sensor.place}` : ''}`,
        data: { testid: 'sensor', key: sensor.name }, on: { click: () => this.#onSensor(sensor.name) },
      }, h('span.sensor-mark'), h('span.sensor-name', { text: sensor.name }));
      this.#layer.append(element);
      return { sensor, place: project(sensor.lon, sensor.lat), element };
    });
    this.arrange();
  }

  /** Moves the markers to where their sensors are; of labels that would overlap the later one waits for a zoom. */
  arrange() {
    const taken = [];
    const boxes = this.#markers.map(({ place, element }) => {
      const [x, y] = this.#camera.toScreen(place);
      return { x, y, element, width: element.lastElementChild.scrollWidth + 18 };
    });
    for (const { x, y, element, width } of boxes) {
      const crowded = x + width > this.#camera.width || taken.some((other) => x < other.x + other.width && other.x < x + width && Math.abs(y - other.y) < 18);
      element.style.transform = `translate(${x}px, ${y}px)`;
      element.classList.toggle('crowded', crowded);
      if (!crowded) taken.push({ x, y, width });
    }
  }

  /**
   * Labels the arcs that stand for most events.
   * @param {import('./arc-set.js').Arc[]} arcs
   * @param {(arc: import('./arc-set.js').Arc) => {from: number[], to: number[]}} endsOf
   */
  showMultiples(arcs, endsOf) {
    const merged = arcs.filter((arc) => arc.count >= LEAST_MULTIPLE);
    merged.sort((one, other) => other.count - one.count);
    const labelled = merged.slice(0, Math.min(MOST_MULTIPLES, Math.ceil((this.#camera.width * this.#camera.height) / MULTIPLE_AREA_PX)));
    while (this.#multiples.length < labelled.length) {
      const element = h('span.multiple', { 'aria-hidden': 'true' });
      this.#multiples.push(element);
      this.#layer.append(element);
    }
    this.#multiples.forEach((element, index) => {
      const arc = labelled[index];
      element.hidden = !arc;
      if (!arc) return;
      const { from, to } = endsOf(arc);
      const [x, y] = pointAt(from, controlPoint(from, to, arc.bend), to, 0.5);
      element.textContent = `×${count(arc.count)}`;
      element.style.transform = `translate(${x}px, ${y}px) translate(-50%, -130%)`;
    });
  }
}
