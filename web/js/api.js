/**
 * Requests to the server. All addresses are relative to the program's root, which is found from where this module lies, so
 * that the pages work under a path prefix and at any depth.
 */

import { readEvents } from './live/sse.js';

/** The address below which everything of this server lies. */
export const ROOT = new URL('..', import.meta.url);

/** An address below the root. @param {string} path @returns {string} */
export const address = (path) => new URL(path, ROOT).href;

/**
 * @typedef {{after: string, upTo: string} | {from: number, to: number}} Span a stretch of the journal, or of event time
 * @typedef {{total: number, events: object[], truncated: boolean}} Evidence
 */

/** How many spans of one arc are asked for at a time: a browser has six connections, one is the stream. */
const CONCURRENT_SPANS = 3;

/** Most events one answer lists. */
export const EVIDENCE_LIMIT = 200;

/** What the server refused, and why. */
export class Refusal extends Error {
  /**
   * @param {string} message what was wrong, in the server's words
   * @param {number} status 0 when there was no answer
   * @param {number|null} position where in the query, in Unicode scalars
   */
  constructor(message, status, position = null) {
    super(message);
    this.status = status;
    this.position = position;
  }
}

/** Whether an error only says that nobody wants the answer any more. @param {any} error */
export const isAbort = (error) => error?.name === 'AbortError';

/**
 * Fetches JSON and turns every failure into an error that says what was asked and what came back.
 * @param {string} path
 * @param {RequestInit} [options]
 * @returns {Promise<any>}
 */
export async function fetchJSON(path, options = {}) {
  const response = await answerOf(path, { headers: { Accept: 'application/json' }, ...options });
  return response.json();
}

async function answerOf(path, options) {
  let response;
  try {
    response = await fetch(address(path), options);
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new Refusal(`No answer from ${ROOT.host}. Is petrel serve running?`, 0);
  }
  if (!response.ok) throw await refusalOf(response, path);
  return response;
}

async function refusalOf(response, path) {
  const text = await response.text().catch(() => '');
  try {
    const { detail, position } = JSON.parse(text);
    return new Refusal(detail, response.status, position ?? null);
  } catch {
    return new Refusal(`${path.split('?')[0]} answered ${response.status} ${response.statusText}`, response.status);
  }
}

/** Parameters as a query string; `null` and `undefined` are left out, a list is repeated. @param {Record<string, any>} values */
export function parameters(values) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value === null || value === undefined || value === '') continue;
    for (const one of Array.isArray(value) ? value : [value]) query.append(name, String(one));
  }
  return query.toString();
}

/**
 * Asks a question of the API.
 * @param {string} name e.g. `count`
 * @param {Record<string, any>} values
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
export const ask = (name, values, signal) => fetchJSON(`api/v1/${name}?${parameters(values)}`, { signal, headers: { Accept: 'application/json' } });

/**
 * Asks a question and takes the answer in parts, each of which covers more of the past than the one before.
 * @param {string} name
 * @param {Record<string, any>} values
 * @param {AbortSignal} signal
 * @param {(part: any) => void} onPart
 */
export async function askInParts(name, values, signal, onPart) {
  const response = await answerOf(`api/v1/${name}?${parameters(values)}`, { signal, headers: { Accept: 'application/x-ndjson' } });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    const lines = (rest + (value ?? '')).split('\n');
    rest = done ? '' : lines.pop();
    for (const line of lines) if (line) onPart(checked(JSON.parse(line)));
    if (done) return;
  }
}

/**
 * Asks for server-sent events and hands on each as it comes, until the answer ends.
 * @param {string} path
 * @param {AbortSignal} signal
 * @param {(event: string, data: any) => void} onEvent
 */
export async function listen(path, signal, onEvent) {
  const response = await answerOf(path, { signal, headers: { Accept: 'text/event-stream' } });
  await readEvents(response.body, onEvent);
}

function checked(part) {
  if (part.status) throw new Refusal(part.detail, part.status, part.position ?? null);
  return part;
}

/**
 * Sends JSON.
 * @param {string} path
 * @param {any} body null for none
 * @param {{method?: string, tag?: string|null}} [how] `tag`: of what is changed, as it was read
 * @returns {Promise<any>} the answer, null where it has none
 */
export async function send(path, body, { method = 'POST', tag = null } = {}) {
  const headers = { 'Content-Type': 'application/json', ...(tag ? { 'If-Match': tag } : {}) };
  const response = await answerOf(path, { method, headers, body: body === null ? null : JSON.stringify(body) });
  const text = await response.text();
  return text ? JSON.parse(text) : null;
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

/** One event with its raw line. @param {string} id @param {AbortSignal} [signal] */
export const fetchEvent = (id, signal = undefined) => fetchJSON(`api/v1/events/${encodeURIComponent(id)}`, { signal, headers: { Accept: 'application/json' } });

/** Plays the stored window again, or goes back to live. @param {'restart'|'stop'} action */
export const controlReplay = (action) => send('api/v1/replay', { action });

/** Version and attributions; null when the server does not tell. @returns {Promise<{version: string, attributions: {name: string, licence: string, url: string, text: string}[]}|null>} */
export const fetchAbout = () => fetchJSON('api/v1/about').catch(() => null);
