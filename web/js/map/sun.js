/**
 * Where the sun stands, for the line between day and night: low-precision formulas of the Astronomical Almanac, good to
 * about 0.01° between 1950 and 2050, far finer than the line can be drawn.
 */

const RADIANS = Math.PI / 180;
const DAY_MS = 86_400_000;
/** Noon of 1 January 2000, UTC. */
const EPOCH_MS = Date.UTC(2000, 0, 1, 12);

/**
 * The place that has the sun in the zenith.
 * @param {number} time Unix milliseconds
 * @returns {{lon: number, lat: number}} degrees
 */
export function sunAt(time) {
  const days = (time - EPOCH_MS) / DAY_MS;
  const mean = (280.46 + 0.9856474 * days) * RADIANS;
  const anomaly = (357.528 + 0.9856003 * days) * RADIANS;
  const ecliptic = mean + (1.915 * Math.sin(anomaly) + 0.02 * Math.sin(2 * anomaly)) * RADIANS;
  const tilt = (23.439 - 0.0000004 * days) * RADIANS;
  const ascension = Math.atan2(Math.cos(tilt) * Math.sin(ecliptic), Math.cos(ecliptic));
  const sidereal = (280.46062 + 360.98564737 * days) * RADIANS;
  const lon = (ascension - sidereal) / RADIANS;
  return { lon: lon - 360 * Math.round(lon / 360), lat: Math.asin(Math.sin(tilt) * Math.sin(ecliptic)) / RADIANS };
}

/**
 * Latitude of the line between day and night at a longitude.
 * @param {number} lon
 * @param {{lon: number, lat: number}} sun not over the equator
 */
export const duskLatitude = (lon, sun) => Math.atan(-Math.cos((lon - sun.lon) * RADIANS) / Math.tan(sun.lat * RADIANS)) / RADIANS;
