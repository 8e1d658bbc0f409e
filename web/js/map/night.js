/**
 * The night side of the earth as a path, on the flat map and on the globe.
 */

import { onSphere, project } from './projection.js';
import { duskLatitude } from './sun.js';

const STEP = 2;
/** Within this of the equator, in degrees, the line would be two meridians; nobody sees the difference. */
const LEAST_LATITUDE = 0.05;

/**
 * In map units.
 * @param {{lon: number, lat: number}} sun
 */
export function flatNight(sun) {
  const path = new Path2D();
  const lat = Math.abs(sun.lat) < LEAST_LATITUDE ? Math.sign(sun.lat || 1) * LEAST_LATITUDE : sun.lat;
  for (let lon = -180; lon <= 180; lon += STEP) {
    const [x, y] = project(lon, duskLatitude(lon, { lon: sun.lon, lat }));
    if (lon === -180) path.moveTo(x, y);
    else path.lineTo(x, y);
  }
  const pole = lat > 0 ? -90 : 90;
  const from = duskLatitude(180, { lon: sun.lon, lat });
  for (let share = 0; share <= 1; share += 0.05) path.lineTo(...project(180, from + (pole - from) * share));
  for (let share = 1; share >= 0; share -= 0.05) path.lineTo(...project(-180, from + (pole - from) * share));
  path.closePath();
  return path;
}

/**
 * In CSS pixels: the globe's edge on the night side and the half of the line that is on the side that is seen.
 * @param {{lon: number, lat: number}} sun
 * @param {import('./camera.js').Camera} camera
 */
export function globeNight(sun, camera) {
  const path = new Path2D();
  const [right, up, near] = camera.turned(onSphere(sun.lon, sun.lat));
  const off = Math.max(1e-6, Math.hypot(right, up));
  const [sx, sy] = [right / off, up / off];
  const [cx, cy] = camera.middle;
  const point = (x, y) => path.lineTo(cx + x * camera.radius, cy - y * camera.radius);
  // The line is a circle seen from the side: half an ellipse across the disc, its short axis as long as the sun is near.
  for (let angle = 0; angle <= 180; angle += STEP) {
    const [along, across] = [Math.cos((angle * Math.PI) / 180), -near * Math.sin((angle * Math.PI) / 180)];
    point(-sy * along + sx * across, sx * along + sy * across);
  }
  for (let angle = 180; angle <= 360; angle += STEP) {
    const [along, across] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
    point(-sy * along + sx * across, sx * along + sy * across);
  }
  path.closePath();
  return path;
}
