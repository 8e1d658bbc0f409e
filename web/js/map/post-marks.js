/**
 * Posts with a place, as diamonds over the map: a shape of their own beside arcs and the circles of sensors.
 */

import { h } from '../dom.js';
import { placeOf } from './projection.js';

/** Newest posts marked at a time; an older one makes room. */
export const MOST_POSTS = 40;

/** The DOM over the canvases. */
export class PostMarks {
  #layer;
  #camera;
  #onPost;
  /** @type {Map<string, {place: import('./projection.js').Place, element: HTMLElement}>} oldest first */
  #marks = new Map();

  /**
   * @param {HTMLElement} layer
   * @param {import('./camera.js').Camera} camera
   * @param {(id: string) => void} onPost
   */
  constructor(layer, camera, onPost) {
    this.#layer = layer;
    this.#camera = camera;
    this.#onPost = onPost;
    camera.addEventListener('change', () => this.#arrange());
  }

  /** Begins anew with the posts among these events. @param {import('../live/row.js').Row[]} rows oldest first */
  replace(rows) {
    for (const { element } of this.#marks.values()) element.remove();
    this.#marks.clear();
    this.#take(rows, false);
  }

  /** Adds the posts among new events. @param {import('../live/row.js').Row[]} rows oldest first */
  add(rows) {
    this.#take(rows, true);
  }

  #take(rows, isNew) {
    const placed = rows.filter((row) => row.family === 'post' && typeof row.lat === 'number' && typeof row.lon === 'number');
    for (const row of placed.slice(-MOST_POSTS)) {
      if (this.#marks.has(row.id)) continue;
      const what = `Post${row.address ? ` of ${row.address}` : ''}${row.title ? `: ${row.title}` : ''}`;
      const element = h('button.post-place', {
        type: 'button', 'aria-label': what, title: what, data: { testid: 'post-place', key: row.id, accuracy: row.accuracy ?? 'unknown' },
        on: { click: () => this.#onPost(row.id) },
      }, h(`span.post-mark${isNew ? '.new' : ''}`));
      this.#layer.append(element);
      this.#marks.set(row.id, { place: placeOf(row.lon, row.lat), element });
    }
    for (const [id, { element }] of this.#marks) {
      if (this.#marks.size <= MOST_POSTS) break;
      element.remove();
      this.#marks.delete(id);
    }
    if (placed.length) this.#arrange();
  }

  #arrange() {
    for (const { place, element } of this.#marks.values()) {
      const [x, y, seen] = this.#camera.toScreen(place);
      element.hidden = !seen;
      element.style.transform = `translate(${x}px, ${y}px)`;
    }
  }
}
