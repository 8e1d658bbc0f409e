/**
 * Requests to the server. All addresses are relative, so that the pages work under a path prefix.
 */

/**
 * @typedef {{after: string, upTo: string} | {from: number, to: number}} Span a stretch of the journal, or of event time
 * @typedef {{total: number, events: object[], truncated: boolean}} Evidence
 */

/** How many spans of one arc are asked for at a time: a browser has six connections, one is the stream. */
const CONCURRENT_SPANS = 3;

/** Most events one answer lists. */
export const EVIDENCE_LIMIT = 200;

/**
 * Fetches JSON and turns every failure into an Error that says what was asked and what came back.
 * @param {string} path
 * @param {RequestInit} [options]
 * @returns {Promise<any>}
 */
export async function fetchJSON(path, options = {}) {
  const response = await fetch(path, { headers: { Accept: 'application/json' }, ...options });
  if (!response.ok) {
    const detail = (await response.text().catch(() => '')).slice(0, 200);
    throw new Error(`${path.split('?')[0]} answered ${response.status} ${response.statusText}${detail ? `: ${detail}` : ''}`);
  }
  return response.json();
}

/**
 * The events that lie in any of the spans and have the given place, sensor and type, newest first.
 * @param {Span[]} spans
 * @param {Record<string, string|number|null|undefined>} key `lat`, `lon`, `sensor`, `type`
 * @returns {Promise<Evidence>}
 */
export async function fetchEvidence(spans, key) {
  const constant = Object.entries(key).filter(([, value]) => value !== null && value !== undefined);
  const answers = [];
  for (let first = 0; first < spans.length; first += CONCURRENT_SPANS) {
    const group = spans.slice(first, first + CONCURRENT_SPANS).map((span) => {
      const query = new URLSearchParams([...Object.entries(span), ...constant].map(([name, value]) => [name, String(value)]));
      return fetchJSON(`api/v1/evidence?${query}`);
    });
    answers.push(...(await Promise.all(group)));
  }
  const events = answers.flatMap((answer) => answer.events);
  events.sort((one, other) => Date.parse(other['@timestamp']) - Date.parse(one['@timestamp']));
  const total = answers.reduce((sum, answer) => sum + answer.total, 0);
  return { total, events: events.slice(0, EVIDENCE_LIMIT), truncated: total > Math.min(events.length, EVIDENCE_LIMIT) };
}

/** One event with its raw line. @param {string} id */
export const fetchEvent = (id) => fetchJSON(`api/v1/events/${encodeURIComponent(id)}`);

/** Plays the stored window again, or goes back to live. @param {'restart'|'stop'} action */
export async function controlReplay(action) {
  const response = await fetch('api/v1/replay', {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ action }),
  });
  if (!response.ok) throw new Error(`the replay did not ${action}: the server answered ${response.status}`);
}

/** Version and attributions; null when the server does not tell. @returns {Promise<{version: string, attributions: {name: string, licence: string, url: string, text: string}[]}|null>} */
export const fetchAbout = () => fetchJSON('api/v1/about').catch(() => null);
