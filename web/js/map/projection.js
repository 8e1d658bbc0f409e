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
 * Map units to degrees: the latitude by bisection, for it alone decides how high a point lies.
 * @param {number} x
 * @param {number} y
 * @returns {[number, number]}
 */
export function unproject(x, y) {
  let [south, north] = [-90, 90];
  for (let step = 0; step < 40; step += 1) {
    const middle = (south + north) / 2;
    if (project(0, middle)[1] > y) south = middle;
    else north = middle;
  }
  const lat = (south + north) / 2;
  return [x / project(1, lat)[0], lat];
}
