/**
 * Paths of lines on the earth for the globe, and for every step between it and the flat map. What is behind the globe is
 * drawn to its edge, so that an area that goes round the edge is cut off along it.
 */

import { onSphere, project } from './projection.js';

/** Longer steps are cut into shorter ones, in degrees: a straight line through the globe is not one on its surface. */
const LONGEST_STEP = 2;
/** As in world.js: vertices nearer than this, in map units, are one in the coarse outline; smaller rings are left out. */
const COARSE = 0.0022;
const SMALLEST_RING = 0.004;

/** A line whose points are ready for both views. */
export class SphereLine {
  /** Point and radius, in radians, of a cap of the earth that holds the line. */
  cap;

  #flat;
  #units;

  /** @param {number[][]} points degrees @param {boolean} closed whether the last joins the first */
  constructor(points, closed) {
    const dense = densified(closed ? [...points, points[0]] : points);
    this.#flat = new Float32Array(dense.length * 2);
    this.#units = new Float32Array(dense.length * 3);
    dense.forEach(([lon, lat], index) => {
      this.#flat.set(project(lon, lat), index * 2);
      this.#units.set(onSphere(lon, lat), index * 3);
    });
    this.cap = capOf(this.#units);
  }

  /**
   * Adds the line to a context's path as an area's outline.
   * @param {CanvasRenderingContext2D} context in CSS pixels
   * @param {import('./camera.js').Camera} camera
   * @returns {boolean} whether any of it is seen
   */
  outline(context, camera) {
    if (!this.#maybeSeen(camera)) return false;
    this.#walk(camera, (x, y, near, first) => (first ? context.moveTo(x, y) : context.lineTo(x, y)));
    context.closePath();
    return true;
  }

  /** Adds what is seen of the line to a context's path. @param {CanvasRenderingContext2D} context @param {import('./camera.js').Camera} camera */
  stroke(context, camera) {
    let drawing = false;
    this.#walk(camera, (x, y, near) => {
      const seen = near >= 0 || camera.morph < 1;
      if (drawing && seen) context.lineTo(x, y);
      else if (seen) context.moveTo(x, y);
      drawing = seen;
    });
  }

  /** Whether the cap reaches what is on the screen; while the view changes everything may. */
  #maybeSeen(camera) {
    if (camera.morph < 1) return true;
    const [right, up, near] = camera.turned(this.cap.point);
    if (near < -Math.sin(Math.min(Math.PI / 2, this.cap.radius))) return false;
    if (near < 0 || this.cap.radius > 0.5) return true;
    const reach = 2 * camera.radius * Math.sin(this.cap.radius / 2);
    const x = camera.middle[0] + right * camera.radius;
    const y = camera.middle[1] - up * camera.radius;
    return x > -reach && y > -reach && x < camera.width + reach && y < camera.height + reach;
  }

  #walk(camera, take) {
    const { morph, radius, scale, offsetX, offsetY } = camera;
    const [r0, r1, r2, u0, u1, u2, n0, n1, n2] = camera.turn;
    const [cx, cy] = camera.middle;
    const flat = this.#flat;
    const units = this.#units;
    for (let index = 0, at = 0; at < units.length; index += 2, at += 3) {
      const [vx, vy, vz] = [units[at], units[at + 1], units[at + 2]];
      const near = n0 * vx + n1 * vy + n2 * vz;
      let x = r0 * vx + r1 * vy + r2 * vz;
      let y = u0 * vx + u1 * vy + u2 * vz;
      if (near < 0) {
        const out = 1 / Math.max(1e-6, Math.sqrt(x * x + y * y));
        x *= out;
        y *= out;
      }
      x = cx + x * radius;
      y = cy - y * radius;
      if (morph < 1) {
        const fx = flat[index] * scale + offsetX;
        const fy = flat[index + 1] * scale + offsetY;
        x = fx + (x - fx) * morph;
        y = fy + (y - fy) * morph;
      }
      take(x, y, near, at === 0);
    }
  }
}

/**
 * A country's outlines in two levels of detail.
 * @param {import('./world.js').Country} country
 * @returns {{fine: SphereLine[], coarse: SphereLine[]}}
 */
export function sphereOutlines({ rings }) {
  const coarse = rings.map(thinned).filter((ring, index) => index === 0 || ring !== null);
  /** @type {SphereLine[]|null} made when somebody looks so closely */
  let fine = null;
  return {
    get fine() {
      return (fine ??= rings.map((ring) => new SphereLine(ring, true)));
    },
    coarse: coarse.map((ring, index) => new SphereLine(ring ?? rings[index], true)),
  };
}

/** A ring without vertices too near to each other; null when it is too small to be seen from afar. */
function thinned(ring) {
  const flat = ring.map(([lon, lat]) => project(lon, lat));
  const size = (axis) => Math.max(...flat.map((point) => point[axis])) - Math.min(...flat.map((point) => point[axis]));
  if (Math.max(size(0), size(1)) <= SMALLEST_RING) return null;
  let last = flat[0];
  return ring.filter((_, index) => {
    const [x, y] = flat[index];
    if (index > 0 && Math.abs(x - last[0]) < COARSE && Math.abs(y - last[1]) < COARSE) return false;
    last = flat[index];
    return true;
  });
}

function densified(points) {
  const dense = [points[0]];
  for (let index = 1; index < points.length; index += 1) {
    const [[lon0, lat0], [lon1, lat1]] = [points[index - 1], points[index]];
    const steps = Math.ceil(Math.max(Math.abs(lon1 - lon0), Math.abs(lat1 - lat0), 1e-9) / LONGEST_STEP);
    for (let step = 1; step <= steps; step += 1) dense.push([lon0 + ((lon1 - lon0) * step) / steps, lat0 + ((lat1 - lat0) * step) / steps]);
  }
  return dense;
}

/** A cap around the middle of some points of the unit sphere. */
function capOf(units) {
  const sum = [0, 0, 0];
  for (let at = 0; at < units.length; at += 1) sum[at % 3] += units[at];
  const length = Math.hypot(...sum) || 1;
  const point = sum.map((value) => value / length);
  let least = 1;
  for (let at = 0; at < units.length; at += 3) least = Math.min(least, point[0] * units[at] + point[1] * units[at + 1] + point[2] * units[at + 2]);
  return { point, radius: Math.acos(Math.max(-1, least)) };
}
