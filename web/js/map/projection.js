/**
 * The Natural Earth projection (Tom Patterson; polynomial by Bojan Šavrič and others, "A polynomial equation for the
 * Natural Earth projection", Cartography and Geographic Information Science 38, 2011). It bends the poles' corners
 * softly and keeps the middle latitudes, where most machines stand, in shape.
 *
 * Map units: x from −2.735 to 2.735 eastwards, y downwards as on a screen.
 */

const RADIANS = Math.PI / 180;

/** Half the width of the projected world in map units. */
export const HALF_WIDTH = 0.8707 * Math.PI;

/** The pole's distance from the equator in map units. */
const POLE = -project(0, 90)[1];

/**
 * Degrees to map units.
 * @param {number} lon
 * @param {number} lat
 * @returns {[number, number]}
 */
export function project(lon, lat) {
  const phi = Math.max(-90, Math.min(90, lat)) * RADIANS;
  const p2 = phi * phi;
  const p4 = p2 * p2;
  const x = lon * RADIANS * (0.8707 - 0.131979 * p2 + p4 * (-0.013791 + p4 * (0.003971 * p2 - 0.001529 * p4)));
  const y = phi * (1.007226 + p2 * (0.015085 + p4 * (-0.044475 + 0.028874 * p2 - 0.005916 * p4)));
  return [x, -y];
}

/**
 * Map units to degrees: Newton's method on the latitude, then the longitude follows. Null beyond the edge of the world.
 * @param {number} x
 * @param {number} y
 * @returns {[number, number]|null}
 */
export function unproject(x, y) {
  if (Math.abs(y) > POLE) return null;
  let phi = -y;
  for (let step = 0; step < 8; step += 1) {
    const p2 = phi * phi;
    const p4 = p2 * p2;
    const off = phi * (1.007226 + p2 * (0.015085 + p4 * (-0.044475 + 0.028874 * p2 - 0.005916 * p4))) + y;
    const slope = 1.007226 + p2 * (0.045255 + p4 * (-0.311325 + 0.259866 * p2 - 0.065076 * p4));
    phi -= off / slope;
    if (Math.abs(off) < 1e-10) break;
  }
  const lat = phi / RADIANS;
  const lon = x / project(1, lat)[0];
  return Math.abs(lon) <= 180 && Math.abs(lat) <= 90 ? [lon, lat] : null;
}

/**
 * @typedef {object} Place a position on the earth, ready for both views
 * @property {number} lon degrees
 * @property {number} lat
 * @property {number} x map units of the flat view
 * @property {number} y
 * @property {number[]} unit its point of the unit sphere: x towards 90° east, y towards the north pole, z towards 0°, 0°
 */

/** @param {number} lon @param {number} lat @returns {Place} */
export function placeOf(lon, lat) {
  const [x, y] = project(lon, lat);
  return { lon, lat, x, y, unit: onSphere(lon, lat) };
}

/** Degrees to a point of the unit sphere. @param {number} lon @param {number} lat @returns {[number, number, number]} */
export function onSphere(lon, lat) {
  const cos = Math.cos(lat * RADIANS);
  return [cos * Math.sin(lon * RADIANS), Math.sin(lat * RADIANS), cos * Math.cos(lon * RADIANS)];
}
