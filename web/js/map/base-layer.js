/**
 * Sea, graticule, countries and night on a canvas of their own under the arcs. It is painted when the view, the theme, the
 * sun or a country's shade changes, not with every frame of the animation, and it is the same with and without WebGL.
 */

import { palette } from '../theme.js';
import { flatNight, globeNight } from './night.js';
import { project } from './projection.js';
import { SphereLine, sphereOutlines } from './sphere.js';
import { sunAt } from './sun.js';

/** Shades of a country: counts are told apart by order of magnitude, relative to the highest. */
const SHADES = 9;
const FINE_FROM_ZOOM = 2.5;
/** The night is painted anew when the sun has gone so far, in degrees: four minutes. */
const SUN_STEP = 1;

/** The map under the arcs. */
export class BaseLayer {
  #context;
  #camera;
  /** @type {import('./world.js').Country[]} */
  #countries = [];
  /** @type {Map<string, ReturnType<typeof sphereOutlines>>} */
  #outlines = new Map();
  #shades = new Map();
  #palette = palette();
  #lines = graticule();
  #flatLines = new Path2D();
  #flatEdge = new Path2D();
  /** @type {number[][]} */
  #edge = edge();
  /** @type {{lon: number, lat: number}|null} */
  #sun = null;
  #due = false;

  /** @param {HTMLCanvasElement} canvas @param {import('./camera.js').Camera} camera */
  constructor(canvas, camera) {
    this.#context = canvas.getContext('2d');
    this.#camera = camera;
    for (const line of this.#lines) follow(this.#flatLines, line.map(([lon, lat]) => project(lon, lat)));
    follow(this.#flatEdge, this.#edge);
    this.#flatEdge.closePath();
    camera.addEventListener('change', () => this.invalidate());
  }

  /** Takes the outlines. @param {import('./world.js').Country[]} countries */
  set countries(countries) {
    this.#countries = countries;
    this.#outlines.clear();
    this.invalidate();
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

  /** Shows where it is night at a time, or nowhere. @param {number|null} time Unix milliseconds */
  shine(time) {
    const sun = time === null ? null : sunAt(time);
    const same = sun && this.#sun && Math.abs(sun.lon - this.#sun.lon) < SUN_STEP && Math.abs(sun.lat - this.#sun.lat) < SUN_STEP;
    if (same || (sun === null && this.#sun === null)) return;
    this.#sun = sun;
    this.invalidate();
  }

  /** Paints before the next frame. */
  invalidate() {
    if (this.#due) return;
    this.#due = true;
    requestAnimationFrame(() => {
      this.#due = false;
      this.paint();
    });
  }

  /** The country at a place of the map, in CSS pixels. @param {number} x @param {number} y */
  countryAt(x, y) {
    const place = this.#camera.toPlace(x, y);
    if (!place) return undefined;
    const [mx, my] = project(...place);
    const context = this.#context;
    context.setTransform(1, 0, 0, 1, 0, 0);
    return this.#countries.find(({ box, fine }) => mx >= box[0] && mx <= box[2] && my >= box[1] && my <= box[3]
      && context.isPointInPath(fine, mx, my, 'evenodd'));
  }

  /** Paints now. */
  paint() {
    const context = this.#context;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    context.lineJoin = 'round';
    if (this.#camera.morph === 0) this.#paintFlat();
    else this.#paintSphere();
  }

  #paintFlat() {
    const context = this.#context;
    const { scale, offsetX, offsetY, width, height, zoom } = this.#camera;
    const ratio = context.canvas.width / width;
    context.setTransform(scale * ratio, 0, 0, scale * ratio, offsetX * ratio, offsetY * ratio);
    context.lineWidth = 1 / scale;
    context.fillStyle = this.#palette.ocean;
    context.fill(this.#flatEdge);
    context.strokeStyle = this.#palette.graticule;
    context.stroke(this.#flatLines);
    context.stroke(this.#flatEdge);

    const [left, top] = this.#camera.toMap(0, 0);
    const [right, bottom] = this.#camera.toMap(width, height);
    context.lineWidth = 0.7 / scale;
    context.strokeStyle = this.#palette.border;
    for (const country of this.#countries) {
      const [x0, y0, x1, y1] = country.box;
      if (x1 < left || x0 > right || y1 < top || y0 > bottom) continue;
      const path = zoom < FINE_FROM_ZOOM ? country.coarse : country.fine;
      context.fillStyle = this.#colour(country.code);
      context.fill(path, 'evenodd');
      context.stroke(path);
    }
    if (this.#sun) this.#darken(flatNight(this.#sun));
  }

  /** The globe, and every step between it and the flat map. */
  #paintSphere() {
    const context = this.#context;
    const camera = this.#camera;
    const { middle, radius, morph, zoom } = camera;
    const ratio = context.canvas.width / camera.width;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const disc = this.#disc();
    context.fillStyle = morph === 1 ? this.#roundness(middle, radius) : this.#palette.ocean;
    context.fill(disc);
    context.save();
    context.clip(disc);
    context.lineWidth = 1;
    context.strokeStyle = this.#palette.graticule;
    context.beginPath();
    for (const line of this.#lines) (line.sphere ??= new SphereLine(line, false)).stroke(context, camera);
    context.stroke();
    context.lineWidth = 0.7;
    context.strokeStyle = this.#palette.border;
    for (const country of this.#countries) {
      let outlines = this.#outlines.get(country.code);
      if (!outlines) this.#outlines.set(country.code, outlines = sphereOutlines(country));
      context.beginPath();
      let seen = false;
      for (const line of zoom < FINE_FROM_ZOOM ? outlines.coarse : outlines.fine) seen = line.outline(context, camera) || seen;
      if (!seen) continue;
      context.fillStyle = this.#colour(country.code);
      context.fill('evenodd');
      context.stroke();
    }
    context.restore();
    if (this.#sun && morph === 1) this.#darken(globeNight(this.#sun, camera));
    context.lineWidth = 1;
    context.strokeStyle = this.#palette.border;
    context.stroke(disc);
    if (morph === 1) this.#halo(middle, radius);
  }

  /** The edge of the world: each point of the flat map's goes to the point of the globe's that lies in the same direction. */
  #disc() {
    const { middle: [cx, cy], radius, morph, scale, offsetX, offsetY } = this.#camera;
    const path = new Path2D();
    if (morph === 1) {
      path.arc(cx, cy, radius, 0, 2 * Math.PI);
      return path;
    }
    follow(path, this.#edge.map(([mx, my]) => {
      const x = mx * scale + offsetX;
      const y = my * scale + offsetY;
      const angle = Math.atan2(y - cy, x - cx);
      return [x + (cx + radius * Math.cos(angle) - x) * morph, y + (cy + radius * Math.sin(angle) - y) * morph];
    }));
    path.closePath();
    return path;
  }

  /** The sea, a little lighter where the globe bends towards the viewer. */
  #roundness([cx, cy], radius) {
    const sea = this.#context.createRadialGradient(cx - radius * 0.3, cy - radius * 0.35, radius * 0.1, cx, cy, radius);
    sea.addColorStop(0, this.#palette.sea);
    sea.addColorStop(1, this.#palette.ocean);
    return sea;
  }

  /** A thin light around the globe, so that it stands off the page. */
  #halo([cx, cy], radius) {
    const context = this.#context;
    const light = context.createRadialGradient(cx, cy, radius, cx, cy, radius * 1.07);
    light.addColorStop(0, this.#palette.halo);
    light.addColorStop(1, 'transparent');
    const ring = new Path2D();
    ring.arc(cx, cy, radius * 1.07, 0, 2 * Math.PI);
    ring.arc(cx, cy, radius, 0, 2 * Math.PI, true);
    context.fillStyle = light;
    context.fill(ring);
  }

  #darken(path) {
    this.#context.fillStyle = this.#palette.night;
    this.#context.fill(path);
  }

  #colour(code) {
    const { land, hot } = this.#palette;
    const weight = (this.#shades.get(code) ?? 0) / SHADES;
    return `rgb(${land.map((value, index) => Math.round(value + (hot[index] - value) * weight)).join(' ')})`;
  }
}

/** Meridians and parallels every 30 degrees, in degrees. @returns {(number[][] & {sphere?: SphereLine})[]} */
function graticule() {
  const lines = [];
  for (let lon = -150; lon <= 150; lon += 30) lines.push(steps((share) => [lon, -90 + share * 180]));
  for (let lat = -60; lat <= 60; lat += 30) lines.push(steps((share) => [-180 + share * 360, lat]));
  return lines;
}

/** The edge of the flat world, in map units. */
const edge = () => [...steps((share) => project(-180, -90 + share * 180)), ...steps((share) => project(180, 90 - share * 180))];

const steps = (at) => Array.from({ length: 37 }, (_, step) => at(step / 36));

/** Adds a line to a path. */
function follow(path, points) {
  points.forEach(([x, y], index) => (index === 0 ? path.moveTo(x, y) : path.lineTo(x, y)));
}
