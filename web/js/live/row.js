/**
 * Reads the arrays that the live protocol sends for ticker rows and arcs (docs/live-protocol.md).
 */

/**
 * @typedef {object} Row one event, as the ticker shows it
 * @property {string} id
 * @property {number} time Unix milliseconds
 * @property {'attack'|'post'|'record'} family
 * @property {string|null} type
 * @property {string|null} severity
 * @property {string|null} address
 * @property {string|null} country ISO 3166-1 alpha-2
 * @property {number|null} lat
 * @property {number|null} lon
 * @property {'stated'|'city'|'country'|'unknown'|null} accuracy
 * @property {string|null} sensor
 * @property {string|null} port
 * @property {string|null} transport
 * @property {string|null} title
 * @property {string|null} noise its first kind, where it is noise
 */

/** @param {any[]} row @returns {Row} */
export function readRow(row) {
  const [id, time, family, type, severity, address, country, lat, lon, accuracy, sensor, port, transport, title, noise] = row;
  return { id: String(id), time, family, type, severity, address, country, lat, lon, accuracy, sensor,
    port: port === null || port === undefined ? null : String(port), transport, title, noise: noise ?? null };
}

/**
 * @typedef {object} ArcMessage events of one place, sensor and type
 * @property {number} lat
 * @property {number} lon
 * @property {string} accuracy
 * @property {string|null} country
 * @property {string|null} sensor
 * @property {string|null} type
 * @property {string|null} severity the worst
 * @property {number} count
 * @property {import('../api.js').Span} span where its events are found
 */

/** @param {any[]} arc @param {import('../api.js').Span} span @returns {ArcMessage} */
export function readArc(arc, span) {
  const [lat, lon, accuracy, country, sensor, type, severity, count] = arc;
  return { lat, lon, accuracy, country, sensor, type, severity, count, span };
}

/**
 * Merges rows into arcs as the server does, for what happened before this screen was opened.
 * A span covers an arc's first to last row: the rows are consecutive, so nothing else of its key lies between.
 * @param {Row[]} rows oldest first
 * @param {boolean} byEventTime whether spans are event times (a replay) or commit ids
 * @returns {ArcMessage[]}
 */
export function arcsOfRows(rows, byEventTime) {
  const arcs = new Map();
  for (const row of rows) {
    if (row.lat === null || row.lat === undefined || row.lon === null || row.family !== 'attack') continue;
    const key = `${row.lat}|${row.lon}|${row.sensor}|${row.type}`;
    const arc = arcs.get(key);
    if (arc) {
      arc.count += 1;
      if (byEventTime) arc.span = { from: Math.min(arc.span.from, row.time), to: Math.max(arc.span.to, row.time + 1) };
      else arc.span = { after: arc.span.after, upTo: row.id };
    } else {
      const span = byEventTime ? { from: row.time, to: row.time + 1 } : { after: String(BigInt(row.id) - 1n), upTo: row.id };
      arcs.set(key, readArc([row.lat, row.lon, row.accuracy, row.country, row.sensor, row.type, row.severity, 1], span));
    }
  }
  return [...arcs.values()];
}
