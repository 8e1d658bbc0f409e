/**
 * The countries' outlines, projected once. Two levels of detail: the whole world does not need every fjord.
 */

import { project } from './projection.js';

/** Vertices closer than this, in map units, are one vertex in the coarse outline: about half a pixel of a world map. */
const COARSE = 0.0022;
/** The coarse outline leaves out rings smaller than this, unless they are a country's largest. */
const SMALLEST_RING = 0.004;

/**
 * @typedef {object} Country
 * @property {string} code ISO 3166-1 alpha-2
 * @property {string} name
 * @property {number[][][]} rings of degrees: [longitude, latitude] each
 * @property {Path2D} fine
 * @property {Path2D} coarse
 * @property {number[]} box left, top, right, bottom in map units
 */

/**
 * Loads the outlines; an empty list when they are not there, so that the map shows its graticule only.
 * @param {string} address
 * @returns {Promise<Country[]>}
 */
export async function loadWorld(address) {
  try {
    const response = await fetch(address);
    if (!response.ok) return [];
    const { scale, countries } = await response.json();
    return countries.map((country) => outline(country, scale));
  } catch {
    return [];
  }
}

function outline({ cc, name, rings }, scale) {
  const fine = new Path2D();
  const coarse = new Path2D();
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const outlines = rings.map((ring) => degrees(ring, scale));
  outlines.forEach((ring, index) => {
    const points = ring.map(([lon, lat]) => project(lon, lat));
    const ringBox = boxOf(points);
    box[0] = Math.min(box[0], ringBox[0]);
    box[1] = Math.min(box[1], ringBox[1]);
    box[2] = Math.max(box[2], ringBox[2]);
    box[3] = Math.max(box[3], ringBox[3]);
    trace(fine, points, 0);
    const size = Math.max(ringBox[2] - ringBox[0], ringBox[3] - ringBox[1]);
    if (index === 0 || size > SMALLEST_RING) trace(coarse, points, COARSE);
  });
  return { code: cc, name, rings: outlines, fine, coarse, box };
}

/** A ring of deltas in 1/scale degrees to degrees. */
function degrees(ring, scale) {
  const points = [];
  let x = 0;
  let y = 0;
  for (let index = 0; index + 1 < ring.length; index += 2) {
    x += ring[index];
    y += ring[index + 1];
    points.push([x / scale, y / scale]);
  }
  return points;
}

function boxOf(points) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of points) {
    box[0] = Math.min(box[0], x);
    box[1] = Math.min(box[1], y);
    box[2] = Math.max(box[2], x);
    box[3] = Math.max(box[3], y);
  }
  return box;
}

/** Adds a closed ring to a path, leaving out vertices nearer than `apart` to the one before. */
function trace(path, points, apart) {
  let [lastX, lastY] = points[0];
  path.moveTo(lastX, lastY);
  for (const [x, y] of points) {
    if (Math.abs(x - lastX) < apart && Math.abs(y - lastY) < apart) continue;
    path.lineTo(x, y);
    lastX = x;
    lastY = y;
  }
  path.closePath();
}
