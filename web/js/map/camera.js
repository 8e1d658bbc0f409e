/**
 * Where the viewer looks: map units to CSS pixels by one scale and one offset.
 */

import { HALF_WIDTH, project, unproject } from './projection.js';

const NORTH = project(0, 83)[1];
const SOUTH = project(0, -57)[1];
const MOST_ZOOM = 40;

/** A pan and zoom over the projected world; tells `change`. */
export class Camera extends EventTarget {
  /** CSS pixels per map unit. */
  scale = 1;
  /** Screen position of the map's origin. */
  offsetX = 0;
  offsetY = 0;
  width = 1;
  height = 1;

  #fitScale = 1;
  /** @type {[number, number]} */
  #centre = [0, 0];
  #touched = false;

  /**
   * The canvas has a new size, or panels cover other parts of it.
   * @param {number} width CSS pixels
   * @param {number} height
   * @param {{top: number, right: number, bottom: number, left: number}} covered by panels at each edge
   */
  resize(width, height, covered) {
    const freeWidth = Math.max(60, width - covered.left - covered.right);
    const freeHeight = Math.max(60, height - covered.top - covered.bottom);
    const zoom = this.scale / this.#fitScale;
    const worldX = (this.#centre[0] - this.offsetX) / this.scale;
    const worldY = (this.#centre[1] - this.offsetY) / this.scale;
    this.width = width;
    this.height = height;
    this.#fitScale = Math.min(freeWidth / (2 * HALF_WIDTH), freeHeight / (SOUTH - NORTH));
    this.#centre = [covered.left + freeWidth / 2, covered.top + freeHeight / 2];
    if (this.#touched) {
      this.scale = this.#fitScale * zoom;
      this.offsetX = this.#centre[0] - worldX * this.scale;
      this.offsetY = this.#centre[1] - worldY * this.scale;
      this.#changed();
    } else this.reset();
  }

  /** Shows the whole world. */
  reset() {
    this.#touched = false;
    this.scale = this.#fitScale;
    this.offsetX = this.#centre[0];
    this.offsetY = this.#centre[1] - ((NORTH + SOUTH) / 2) * this.scale;
    this.#changed();
  }

  /** Magnification against the whole world. */
  get zoom() {
    return this.scale / this.#fitScale;
  }

  /** What a link needs to show the same again. @returns {{lon: number, lat: number, zoom: number}} */
  state() {
    const [lon, lat] = unproject(...this.toMap(...this.#centre));
    return { lon: Math.round(lon * 1000) / 1000, lat: Math.round(lat * 1000) / 1000, zoom: this.zoom };
  }

  /** Shows what `state` told. @param {{lon: number, lat: number, zoom: number}} state */
  restore({ lon, lat, zoom }) {
    this.reset();
    this.zoomBy(zoom);
    const [x, y] = this.toScreen(project(lon, lat));
    this.panBy(this.#centre[0] - x, this.#centre[1] - y);
  }

  /** @param {number} factor @param {number} [x] the point that stays where it is @param {number} [y] */
  zoomBy(factor, x = this.#centre[0], y = this.#centre[1]) {
    const scale = Math.max(this.#fitScale, Math.min(this.#fitScale * MOST_ZOOM, this.scale * factor));
    const ratio = scale / this.scale;
    this.#touched = true;
    this.offsetX = x + (this.offsetX - x) * ratio;
    this.offsetY = y + (this.offsetY - y) * ratio;
    this.scale = scale;
    this.#keepInSight();
  }

  /** @param {number} dx CSS pixels @param {number} dy */
  panBy(dx, dy) {
    this.#touched = true;
    this.offsetX += dx;
    this.offsetY += dy;
    this.#keepInSight();
  }

  /** Map units to CSS pixels. @param {number[]} point @returns {[number, number]} */
  toScreen([x, y]) {
    return [x * this.scale + this.offsetX, y * this.scale + this.offsetY];
  }

  /** CSS pixels to map units. @param {number} x @param {number} y @returns {[number, number]} */
  toMap(x, y) {
    return [(x - this.offsetX) / this.scale, (y - this.offsetY) / this.scale];
  }

  /** Keeps a part of the world under the middle of the free area. */
  #keepInSight() {
    const [cx, cy] = this.#centre;
    this.offsetX = Math.max(cx - HALF_WIDTH * this.scale, Math.min(cx + HALF_WIDTH * this.scale, this.offsetX));
    this.offsetY = Math.max(cy - SOUTH * this.scale, Math.min(cy - NORTH * this.scale, this.offsetY));
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}
