/**
 * Sensors with a place, as labelled markers over the map, and the ×n of arcs that stand for several events.
 */

import { h } from '../dom.js';
import { count } from '../format.js';
import { wayOf } from './arc-shape.js';
import { placeOf } from './projection.js';

/** Labels of merged arcs: one per so many square pixels of the map, and at most so many. */
const MULTIPLE_AREA_PX = 60_000;
const MOST_MULTIPLES = 14;

/** The DOM over the canvases. */
export class Markers {
  #layer;
  #camera;
  #onSensor;
  /** @type {{sensor: any, place: import('./projection.js').Place, element: HTMLElement, text: number}[]} `text`: width of the label once it is known */
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
      return { sensor, place: placeOf(sensor.lon, sensor.lat), element, text: 0 };
    });
    this.arrange();
  }

  /** Moves the markers to where their sensors are; of labels that would overlap the later one waits for a zoom. */
  arrange() {
    const taken = [];
    const boxes = this.#markers.map((marker) => {
      const [x, y, seen] = this.#camera.toScreen(marker.place);
      marker.text ||= marker.element.lastElementChild.scrollWidth;
      return { x, y, seen, element: marker.element, width: marker.text + 18 };
    });
    for (const { x, y, seen, element, width } of boxes) {
      element.hidden = !seen;
      if (!seen) continue;
      const crowded = x + width > this.#camera.width || taken.some((other) => x < other.x + other.width && other.x < x + width && Math.abs(y - other.y) < 18);
      element.style.transform = `translate(${x}px, ${y}px)`;
      element.classList.toggle('crowded', crowded);
      if (!crowded) taken.push({ x, y, width });
    }
  }

  /**
   * Labels the arcs that stand for most events.
   * @param {import('./arc-set.js').Arc[]} merged those that stand for several
   */
  showMultiples(merged) {
    merged.sort((one, other) => other.count - one.count);
    const labelled = merged.slice(0, Math.min(MOST_MULTIPLES, Math.ceil((this.#camera.width * this.#camera.height) / MULTIPLE_AREA_PX)));
    while (this.#multiples.length < labelled.length) {
      const element = h('span.multiple', { 'aria-hidden': 'true' });
      this.#multiples.push(element);
      this.#layer.append(element);
    }
    this.#multiples.forEach((element, index) => {
      const arc = labelled[index];
      const [x, y, seen] = arc ? wayOf(arc, this.#camera)(0.5) : [0, 0, false];
      element.hidden = !seen;
      if (!seen) return;
      element.textContent = `×${count(arc.count)}`;
      element.style.transform = `translate(${x}px, ${y}px) translate(-50%, -130%)`;
    });
  }
}
