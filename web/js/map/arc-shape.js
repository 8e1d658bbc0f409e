/**
 * The way of an arc over the screen, as the vertex shaders (shaders.js) compute it on the GPU: on the flat map a curve
 * that bulges upwards, on the globe a great circle lifted off the surface, on the way from one to the other between both.
 * Picking, labels and the Canvas 2D renderer use this.
 */

import { controlPoint, pointAt } from './curve.js';

/** How high an arc rises over the globe, in radii: at the least, and more for each radian between its ends. */
export const LIFT = { least: 0.03, perRadian: 0.09 };

/**
 * Where an arc begins and ends, in CSS pixels.
 * @param {import('./arc-set.js').Arc} arc
 * @param {import('./camera.js').Camera} camera
 */
export function endsOf(arc, camera) {
  return { from: camera.toScreen(arc.from), to: arc.to.onScreen ? [arc.to.x, arc.to.y, true] : camera.toScreen(arc.to) };
}

/**
 * @param {import('./arc-set.js').Arc} arc
 * @param {import('./camera.js').Camera} camera
 * @returns {(t: number) => [number, number, boolean]} CSS pixels from 0, the source, to 1, the sensor; and whether it is seen
 */
export function wayOf(arc, camera) {
  const { morph } = camera;
  if (arc.to.onScreen || morph === 0) {
    const { from, to } = endsOf(arc, camera);
    const control = controlPoint(from, to, arc.bend);
    return (t) => [...pointAt(from, control, to, t), true];
  }
  const flatOf = ({ x, y }) => [x * camera.scale + camera.offsetX, y * camera.scale + camera.offsetY];
  const [from, to] = [flatOf(arc.from), flatOf(arc.to)];
  const control = controlPoint(from, to, arc.bend);
  const great = greatCircle(arc.from.unit, arc.to.unit);
  return (t) => {
    const [x, y] = pointAt(from, control, to, t);
    const [right, up, near] = camera.turned(great(t));
    const gx = camera.middle[0] + right * camera.radius;
    const gy = camera.middle[1] - up * camera.radius;
    return [x + (gx - x) * morph, y + (gy - y) * morph, near > 0 || Math.hypot(right, up) > 1 || morph < 0.5];
  };
}

/** Points of the lifted great circle between two points of the unit sphere. */
function greatCircle(a, b) {
  const angle = Math.acos(Math.max(-1, Math.min(1, a[0] * b[0] + a[1] * b[1] + a[2] * b[2])));
  const height = LIFT.least + LIFT.perRadian * angle;
  const sine = Math.sin(angle);
  return (t) => {
    const lift = 1 + height * 4 * t * (1 - t);
    const [wa, wb] = sine < 1e-4 ? [1 - t, t] : [Math.sin((1 - t) * angle) / sine, Math.sin(t * angle) / sine];
    return a.map((value, axis) => lift * (wa * value + wb * b[axis]));
  };
}
