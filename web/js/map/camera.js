/**
 * Where the viewer looks: at the flat map or the globe, at which place in the middle, how near. North is always up.
 */

import { Glide } from './glide.js';
import { HALF_WIDTH, onSphere, project, unproject } from './projection.js';

const NORTH = project(0, 83)[1];
const SOUTH = project(0, -57)[1];
const MOST_ZOOM = 40;
const RADIANS = Math.PI / 180;
/** How much of the free area the globe takes at zoom 1. */
const GLOBE_SHARE = 0.94;
const HOME = unproject(0, (NORTH + SOUTH) / 2);
/** The globe is not turned further than this towards a pole, so that north stays up. */
const MOST_TILT = 85;
/** Up to this zoom, going back to the flat map shows the whole of it again. */
const WHOLE_ZOOM = 1.4;
const MORPH_MS = 900;

/**
 * @typedef {object} CameraState what a link needs to show the same again
 * @property {'flat'|'globe'} view
 * @property {number} lon degrees, of the place in the middle
 * @property {number} lat
 * @property {number} zoom 1 shows everything
 */

/** A view of the world; tells `change` when anything moves and `view` when the globe or the flat map was chosen. */
export class Camera extends EventTarget {
  /** CSS pixels per map unit of the flat map. */
  scale = 1;
  /** Screen position of the flat map's origin. */
  offsetX = 0;
  offsetY = 0;
  width = 1;
  height = 1;
  /** From 0, the flat map, to 1, the globe. */
  morph = 0;
  /** Screen position of what is in the middle. */
  middle = [0, 0];
  /** The globe's radius in CSS pixels. */
  radius = 1;
  /** Rows of the matrix that turns the earth towards the viewer: to the right, up, towards the eye. */
  turn = [1, 0, 0, 0, 1, 0, 0, 0, 1];
  /** Magnification against the whole world. */
  zoom = 1;

  #view = 'flat';
  #lon = HOME[0];
  #lat = HOME[1];
  #fitScale = 1;
  #fitRadius = 1;
  #glide = new Glide();

  /** Which view has been chosen. @returns {'flat'|'globe'} */
  get view() {
    return this.#view;
  }

  /**
   * The canvas has a new size, or panels cover other parts of it.
   * @param {number} width CSS pixels
   * @param {number} height
   * @param {{top: number, right: number, bottom: number, left: number}} covered by panels at each edge
   */
  resize(width, height, covered) {
    const freeWidth = Math.max(60, width - covered.left - covered.right);
    const freeHeight = Math.max(60, height - covered.top - covered.bottom);
    this.width = width;
    this.height = height;
    this.#fitScale = Math.min(freeWidth / (2 * HALF_WIDTH), freeHeight / (SOUTH - NORTH));
    this.#fitRadius = (GLOBE_SHARE * Math.min(freeWidth, freeHeight)) / 2;
    this.middle = [covered.left + freeWidth / 2, covered.top + freeHeight / 2];
    this.#look();
  }

  /** Shows the whole world. */
  reset() {
    this.#interrupt();
    this.#look(HOME[0], HOME[1], 1);
  }

  /**
   * Goes over to the globe, or to the flat map.
   * @param {'flat'|'globe'} view
   * @param {boolean} [still] at once, for viewers who prefer no motion
   */
  setView(view, still = false) {
    if (view === this.#view) return;
    this.#view = view;
    const from = { morph: this.morph, lon: this.#lon, lat: this.#lat, zoom: this.zoom };
    const whole = view === 'flat' && this.zoom < WHOLE_ZOOM;
    const to = { morph: view === 'globe' ? 1 : 0, lon: whole ? HOME[0] : this.#lon, lat: whole ? HOME[1] : this.#lat };
    this.dispatchEvent(new Event('view'));
    this.#glide.start(still ? 0 : MORPH_MS, (share) => {
      this.morph = from.morph + (to.morph - from.morph) * share;
      this.#look(from.lon + (to.lon - from.lon) * share, from.lat + (to.lat - from.lat) * share, whole ? from.zoom + (1 - from.zoom) * share : from.zoom);
    });
  }

  /** What a link needs to show the same again. @returns {CameraState} */
  state() {
    return { view: this.#view, lon: rounded(this.#lon), lat: rounded(this.#lat), zoom: rounded(this.zoom) };
  }

  /** Shows what `state` told; what is missing or not a number stays as it is. @param {Partial<CameraState>} state */
  restore({ view, lon, lat, zoom }) {
    const or = (value, other) => (Number.isFinite(value) ? value : other);
    this.#interrupt();
    if (view === 'flat' || view === 'globe') {
      const other = view !== this.#view;
      this.#view = view;
      this.morph = view === 'globe' ? 1 : 0;
      if (other) this.dispatchEvent(new Event('view'));
    }
    this.#look(or(lon, this.#lon), or(lat, this.#lat), or(zoom, this.zoom));
  }

  /** @param {number} factor @param {number} [x] the point that stays where it is @param {number} [y] */
  zoomBy(factor, x = this.middle[0], y = this.middle[1]) {
    this.#interrupt();
    const before = this.toMap(x, y);
    const at = this.toPlace(x, y);
    this.#look(this.#lon, this.#lat, this.zoom * factor);
    if (this.#view === 'flat') {
      const [nowX, nowY] = this.toMap(x, y);
      this.#shift(before[0] - nowX, before[1] - nowY);
    } else {
      const now = this.toPlace(x, y);
      if (at && now) this.#look(this.#lon + around(at[0] - now[0]), this.#lat + at[1] - now[1]);
    }
  }

  /** @param {number} dx CSS pixels @param {number} dy */
  panBy(dx, dy) {
    this.#interrupt();
    if (this.#view === 'flat') this.#shift(-dx / this.scale, -dy / this.scale);
    else {
      const degrees = 1 / (this.radius * RADIANS);
      this.#look(this.#lon - (dx * degrees) / Math.max(0.2, Math.cos(this.#lat * RADIANS)), this.#lat + dy * degrees);
    }
  }

  /** Lets the globe turn on after a drag, slower and slower. @param {number} dx CSS pixels per millisecond @param {number} dy */
  spin(dx, dy) {
    if (this.#view !== 'globe') return;
    this.#glide.coast(dx, dy, (x, y) => {
      const degrees = 1 / (this.radius * RADIANS);
      this.#look(this.#lon - (x * degrees) / Math.max(0.2, Math.cos(this.#lat * RADIANS)), this.#lat + y * degrees);
    });
  }

  /** Ends a motion that goes on by itself. */
  hold() {
    this.#interrupt();
    this.#look();
  }

  /**
   * A place to CSS pixels, and whether it is on the side that is seen. Behind the globe it is on the globe's edge.
   * @param {import('./projection.js').Place} place
   * @returns {[number, number, boolean]}
   */
  toScreen(place) {
    const x = place.x * this.scale + this.offsetX;
    const y = place.y * this.scale + this.offsetY;
    if (this.morph === 0) return [x, y, true];
    const [right, up, near] = this.turned(place.unit);
    const out = near < 0 ? 1 / Math.max(1e-6, Math.hypot(right, up)) : 1;
    const gx = this.middle[0] + right * out * this.radius;
    const gy = this.middle[1] - up * out * this.radius;
    return [x + (gx - x) * this.morph, y + (gy - y) * this.morph, near >= 0 || this.morph < 0.5];
  }

  /** A point of the unit sphere as the viewer sees it: to the right, up, towards the eye. @param {number[]} unit */
  turned([x, y, z]) {
    const t = this.turn;
    return [t[0] * x + t[1] * y + t[2] * z, t[3] * x + t[4] * y + t[5] * z, t[6] * x + t[7] * y + t[8] * z];
  }

  /** CSS pixels to map units of the flat map. @param {number} x @param {number} y @returns {[number, number]} */
  toMap(x, y) {
    return [(x - this.offsetX) / this.scale, (y - this.offsetY) / this.scale];
  }

  /** CSS pixels to degrees; null beside the world. @param {number} x @param {number} y @returns {[number, number]|null} */
  toPlace(x, y) {
    if (this.#view === 'flat') return unproject(...this.toMap(x, y));
    const right = (x - this.middle[0]) / this.radius;
    const up = (this.middle[1] - y) / this.radius;
    const rest = 1 - right * right - up * up;
    if (rest < 0) return null;
    const near = Math.sqrt(rest);
    const t = this.turn;
    const [vx, vy, vz] = [0, 1, 2].map((axis) => t[axis] * right + t[axis + 3] * up + t[axis + 6] * near);
    return [Math.atan2(vx, vz) / RADIANS, Math.asin(Math.max(-1, Math.min(1, vy))) / RADIANS];
  }

  /** A change of view that was under way has then happened. */
  #interrupt() {
    this.#glide.stop();
    this.morph = this.#view === 'globe' ? 1 : 0;
  }

  /** Moves the flat map's middle, in map units; some of the world stays under it. */
  #shift(dx, dy) {
    const [x, y] = project(this.#lon, this.#lat);
    const [, lat] = unproject(0, Math.max(NORTH, Math.min(SOUTH, y + dy)));
    const widest = project(180, lat)[0];
    this.#look((180 * Math.max(-widest, Math.min(widest, x + dx))) / widest, lat);
  }

  /** Takes a middle and a zoom, and computes everything that follows from them. */
  #look(lon = this.#lon, lat = this.#lat, zoom = this.zoom) {
    const tilt = this.#view === 'globe' ? MOST_TILT : 90;
    this.#lon = around(lon);
    this.#lat = Math.max(-tilt, Math.min(tilt, lat));
    this.zoom = Math.max(1, Math.min(MOST_ZOOM, zoom));
    this.scale = this.#fitScale * this.zoom;
    this.radius = this.#fitRadius * this.zoom;
    const [x, y] = project(this.#lon, this.#lat);
    this.offsetX = this.middle[0] - x * this.scale;
    this.offsetY = this.middle[1] - y * this.scale;
    const near = onSphere(this.#lon, this.#lat);
    const right = [Math.cos(this.#lon * RADIANS), 0, -Math.sin(this.#lon * RADIANS)];
    this.turn = [...right, near[1] * right[2], near[2] * right[0] - near[0] * right[2], -near[1] * right[0], ...near];
    this.dispatchEvent(new Event('change'));
  }
}

/** Degrees of longitude as −180 to 180. */
const around = (lon) => (Math.abs(lon) > 180 ? lon - 360 * Math.round(lon / 360) : lon);
/** A hundredth of a degree is a kilometre; links need no more. */
const rounded = (value) => Math.round(value * 1000) / 1000;
