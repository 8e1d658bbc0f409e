/**
 * The stream from the server: EventSource while it is accepted, polling of the snapshot when it is refused (too many
 * streams, a proxy that does not let it through), reconnects with growing pauses when it breaks.
 */

import { address, fetchJSON, parameters } from '../api.js';
import { writeLens } from '../noise.js';

const STREAM = 'api/v1/live';
const SNAPSHOT = 'api/v1/live/snapshot';
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 15_000;
const POLL_MS = 5000;
const RETRY_STREAM_MS = 30_000;
/** Without a message for so long the connection is tried with a question of our own: heartbeats are invisible to pages. */
const QUIET_MS = 30_000;

/**
 * @typedef {{phase: 'connecting'|'live'|'polling'|'reconnecting'|'stale'|'refused', retryAt?: number, fault?: {message: string, position: number|null}}} ConnectionStatus
 *   `retryAt`: Unix milliseconds of the next attempt; `fault`: what is wrong with the query
 */

/** One connection to the server; tells `message(event, data)` and `status(ConnectionStatus)`. */
export class Connection {
  #onMessage;
  #onStatus;
  /** @type {EventSource|null} */
  #source = null;
  #pause = FIRST_PAUSE_MS;
  #timers = new Set();
  #lastMessageAt = 0;
  #closed = false;
  #suffix;

  /**
   * @param {(event: string, data: any) => void} onMessage
   * @param {(status: ConnectionStatus) => void} onStatus
   * @param {string} [query] KQL
   * @param {boolean} [hidesNoise] whether noise is left out of everything
   */
  constructor(onMessage, onStatus, query = '', hidesNoise = false) {
    const asked = parameters({ q: query || null, noise: writeLens(hidesNoise) });
    this.#suffix = asked ? `?${asked}` : '';
    this.#onMessage = onMessage;
    this.#onStatus = onStatus;
  }

  /** Connects, and stays connected until `close`. */
  open() {
    this.#onStatus({ phase: 'connecting' });
    this.#openStream();
    this.#every(QUIET_MS / 2, () => this.#checkQuiet());
  }

  close() {
    this.#closed = true;
    this.#source?.close();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #openStream() {
    const source = new EventSource(address(STREAM + this.#suffix));
    this.#source = source;
    for (const name of ['snapshot', 'frame', 'gap']) {
      source.addEventListener(name, (event) => this.#receive(name, JSON.parse(event.data)));
    }
    source.onerror = () => {
      const refused = source.readyState === EventSource.CLOSED;
      source.close();
      this.#source = null;
      if (refused) this.#poll(Date.now() + RETRY_STREAM_MS);
      else this.#reconnectLater();
    };
  }

  #receive(name, data) {
    this.#lastMessageAt = Date.now();
    this.#pause = FIRST_PAUSE_MS;
    this.#onStatus({ phase: 'live' });
    this.#onMessage(name, data);
  }

  #reconnectLater() {
    const retryAt = Date.now() + this.#pause;
    this.#onStatus({ phase: 'reconnecting', retryAt });
    this.#after(this.#pause, () => this.#openStream());
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE_MS);
  }

  /** Asks for snapshots until it is time to try the stream again. @param {number} until Unix milliseconds */
  async #poll(until) {
    if (this.#closed) return;
    try {
      const snapshot = await fetchJSON(SNAPSHOT + this.#suffix);
      if (this.#closed) return;
      this.#onMessage('snapshot', snapshot);
      this.#onStatus({ phase: 'polling' });
    } catch (error) {
      if (this.#closed) return;
      // What is wrong with the query stays wrong.
      if (error.status === 400 || error.status === 409) this.#onStatus({ phase: 'refused', fault: { message: error.message, position: error.position } });
      else this.#reconnectLater();
      return;
    }
    if (Date.now() < until) this.#after(POLL_MS, () => this.#poll(until));
    else this.#openStream();
  }

  async #checkQuiet() {
    if (!this.#source || Date.now() - this.#lastMessageAt < QUIET_MS) return;
    try {
      this.#onMessage('snapshot', await fetchJSON(SNAPSHOT + this.#suffix));
      this.#lastMessageAt = Date.now();
    } catch {
      this.#onStatus({ phase: 'stale' });
      this.#source?.close();
      this.#source = null;
      this.#reconnectLater();
    }
  }

  #after(milliseconds, action) {
    if (this.#closed) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, milliseconds);
    this.#timers.add(timer);
  }

  #every(milliseconds, action) {
    this.#after(milliseconds, () => {
      action();
      this.#every(milliseconds, action);
    });
  }
}
