/**
 * The shape of an arc on the screen: a quadratic Bézier curve bulging upwards, more the longer it is. The vertex shaders
 * (shaders.js) compute the same on the GPU; picking and the Canvas 2D renderer use this.
 */

/** Bulge in CSS pixels of an arc that begins where it ends. */
export const LEAST_BULGE_PX = 10;

/**
 * @param {number[]} from CSS pixels
 * @param {number[]} to
 * @param {number} bend bulge as a share of the length
 * @returns {[number, number]} the curve's control point
 */
export function controlPoint([x0, y0], [x1, y1], bend) {
  const dx = x1 - x0;
  const dy = y1 - y0;
  const length = Math.hypot(dx, dy);
  const side = dx >= 0 ? 1 : -1;
  const bulge = length * bend + LEAST_BULGE_PX;
  const ux = length > 0.01 ? (side * dy) / length : 0;
  const uy = length > 0.01 ? (-side * dx) / length : -1;
  return [(x0 + x1) / 2 + ux * bulge, (y0 + y1) / 2 + uy * bulge];
}

/**
 * A point of the curve.
 * @param {number[]} from
 * @param {number[]} control
 * @param {number[]} to
 * @param {number} t 0 at the source, 1 at the sensor
 * @returns {[number, number]}
 */
export function pointAt(from, control, to, t) {
  const s = 1 - t;
  return [
    s * s * from[0] + 2 * s * t * control[0] + t * t * to[0],
    s * s * from[1] + 2 * s * t * control[1] + t * t * to[1],
  ];
}

/**
 * The part of the curve from one share of it to another: the same kind of curve again.
 * @param {number[]} from CSS pixels
 * @param {number[]} control
 * @param {number[]} to
 * @param {number} t0
 * @param {number} t1
 * @returns {{from: [number, number], control: [number, number], to: [number, number]}}
 */
export function partOf(from, control, to, t0, t1) {
  const mid = (axis) => (1 - t0) * (1 - t1) * from[axis] + (t0 * (1 - t1) + t1 * (1 - t0)) * control[axis] + t0 * t1 * to[axis];
  return { from: pointAt(from, control, to, t0), control: [mid(0), mid(1)], to: pointAt(from, control, to, t1) };
}

/** Distance of a point from the segment a–b. */
export function distanceToSegment(x, y, [ax, ay], [bx, by]) {
  const dx = bx - ax;
  const dy = by - ay;
  const along = dx || dy ? ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy) : 0;
  const t = Math.max(0, Math.min(1, along));
  return Math.hypot(x - ax - t * dx, y - ay - t * dy);
}
