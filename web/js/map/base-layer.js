/**
 * Sea, graticule and countries on a canvas of their own under the arcs. It is painted when the view, the theme or a
 * country's shade changes, not with every frame of the animation, and it is the same with and without WebGL.
 */

import { palette } from '../theme.js';
import { project } from './projection.js';

/** Shades of a country: counts are told apart by order of magnitude, relative to the highest. */
const SHADES = 9;
const FINE_FROM_ZOOM = 2.5;

/** The map under the arcs. */
export class BaseLayer {
  /** @type {import('./world.js').Country[]} */
  countries = [];

  #context;
  #camera;
  #shades = new Map();
  #palette = palette();
  #graticule = graticule();
  #outline = edge();
  #due = false;

  /** @param {HTMLCanvasElement} canvas @param {import('./camera.js').Camera} camera */
  constructor(canvas, camera) {
    this.#context = canvas.getContext('2d');
    this.#camera = camera;
    camera.addEventListener('change', () => this.invalidate());
  }

  /** Takes the theme's colours again. */
  recolour() {
    this.#palette = palette();
    this.invalidate();
  }

  /** Shades the countries by their counts. @param {Record<string, number>} counts */
  shade(counts) {
    const most = Math.max(1, ...Object.values(counts));
    const shades = new Map();
    for (const [code, count] of Object.entries(counts)) {
      if (count > 0) shades.set(code, Math.max(1, Math.round((SHADES * Math.log1p(count)) / Math.log1p(most))));
    }
    const same = shades.size === this.#shades.size && [...shades].every(([code, shade]) => this.#shades.get(code) === shade);
    this.#shades = shades;
    if (!same) this.invalidate();
  }

  /** Paints before the next frame. */
  invalidate() {
    if (this.#due) return;
    this.#due = true;
    requestAnimationFrame(() => {
      this.#due = false;
      this.#paint();
    });
  }

  /** The country at a place of the map, in CSS pixels. @param {number} x @param {number} y */
  countryAt(x, y) {
    const [mx, my] = this.#camera.toMap(x, y);
    const context = this.#context;
    context.setTransform(1, 0, 0, 1, 0, 0);
    return this.countries.find(({ box, fine }) => mx >= box[0] && mx <= box[2] && my >= box[1] && my <= box[3]
      && context.isPointInPath(fine, mx, my, 'evenodd'));
  }

  #paint() {
    const context = this.#context;
    const { scale, offsetX, offsetY, width, height, zoom } = this.#camera;
    const ratio = context.canvas.width / width;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    context.setTransform(scale * ratio, 0, 0, scale * ratio, offsetX * ratio, offsetY * ratio);
    context.lineWidth = 1 / scale;
    context.fillStyle = this.#palette.ocean;
    context.fill(this.#outline);
    context.strokeStyle = this.#palette.graticule;
    context.stroke(this.#graticule);
    context.stroke(this.#outline);

    const [left, top] = this.#camera.toMap(0, 0);
    const [right, bottom] = this.#camera.toMap(width, height);
    context.lineWidth = 0.7 / scale;
    context.lineJoin = 'round';
    context.strokeStyle = this.#palette.border;
    for (const country of this.countries) {
      const [x0, y0, x1, y1] = country.box;
      if (x1 < left || x0 > right || y1 < top || y0 > bottom) continue;
      const path = zoom < FINE_FROM_ZOOM ? country.coarse : country.fine;
      context.fillStyle = this.#colour(this.#shades.get(country.code) ?? 0);
      context.fill(path, 'evenodd');
      context.stroke(path);
    }
  }

  #colour(shade) {
    const { land, hot } = this.#palette;
    const weight = shade / SHADES;
    return `rgb(${land.map((value, index) => Math.round(value + (hot[index] - value) * weight)).join(' ')})`;
  }
}

/** Meridians and parallels every 30 degrees. */
function graticule() {
  const path = new Path2D();
  for (let lon = -150; lon <= 150; lon += 30) line(path, (step) => project(lon, -90 + step * 180));
  for (let lat = -60; lat <= 60; lat += 30) line(path, (step) => project(-180 + step * 360, lat));
  return path;
}

/** The edge of the world. */
function edge() {
  const path = new Path2D();
  line(path, (step) => project(-180, -90 + step * 180));
  line(path, (step) => project(180, 90 - step * 180), true);
  path.closePath();
  return path;
}

function line(path, at, goOn = false) {
  for (let step = 0; step <= 36; step += 1) {
    const [x, y] = at(step / 36);
    if (step === 0 && !goOn) path.moveTo(x, y);
    else path.lineTo(x, y);
  }
}
