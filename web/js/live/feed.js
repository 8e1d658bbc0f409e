/**
 * The live feed of this tab, whether it holds the stream itself or hears it from the tab that does.
 */

import { Connection } from './connection.js';
import { takePart } from './election.js';
import { LiveState } from './state.js';

/** A follower that does not get the state within this time asks again: the leader may just have gone. */
const ASK_AGAIN_MS = 1500;

/**
 * Keeps a `LiveState` current. Events: `rows` (detail `{rows, backfill}`), `frame` (detail: the frame), `gap`
 * (detail: events shed), `status` (detail: ConnectionStatus and `leader`).
 */
export class Feed extends EventTarget {
  state = new LiveState();

  /** @type {import('./connection.js').ConnectionStatus} */
  status = { phase: 'connecting' };

  #tab = crypto.getRandomValues(new Uint32Array(2)).join('-');
  /** @type {BroadcastChannel} */
  #channel;
  #query = '';
  #hidesNoise = false;
  /** Whether the state is of another query than the one that is asked. */
  #isStale = false;
  #leave = () => {};
  /** Events up to this one are accounted for by a gap. */
  #shedUpTo = 0n;
  /** @type {Connection|null} set while this tab leads */
  #connection = null;

  /** Whether this tab holds the browser's one stream. */
  get leads() {
    return this.#connection !== null;
  }

  /**
   * Begins; tabs with the same query and lens share one stream.
   * @param {string} [query] KQL
   * @param {boolean} [hidesNoise] whether the noise lens is on
   */
  start(query = '', hidesNoise = false) {
    this.#query = query;
    this.#hidesNoise = hidesNoise;
    const name = `petrel-live ${new URL('.', document.baseURI).pathname}${hidesNoise ? ' quiet' : ''}${query ? ` ${query}` : ''}`;
    this.#channel = new BroadcastChannel(name);
    this.#channel.addEventListener('message', ({ data }) => this.#hear(data));
    this.#leave = takePart(name, this.#channel, this.#tab, { lead: () => this.#lead(), follow: () => this.#follow() });
    this.#askForState();
  }

  /**
   * Asks for other events; what is shown stays until they are there. Nothing before `start`.
   * @param {string} query
   * @param {boolean} hidesNoise
   */
  setQuery(query, hidesNoise) {
    if (!this.#channel || (query === this.#query && hidesNoise === this.#hidesNoise)) return;
    this.#leave();
    this.#connection?.close();
    this.#connection = null;
    this.#channel.close();
    this.#isStale = true;
    this.#shedUpTo = 0n;
    this.start(query, hidesNoise);
  }

  #lead() {
    if (this.#connection) return;
    const channel = this.#channel;
    const connection = new Connection(
      (event, data) => {
        if (this.#connection !== connection) return;
        channel.postMessage({ kind: 'message', event, data });
        this.#take(event, data);
      },
      (status) => {
        if (this.#connection !== connection) return;
        channel.postMessage({ kind: 'status', status });
        this.#setStatus(status);
      },
      this.#query,
      this.#hidesNoise,
    );
    this.#connection = connection;
    connection.open();
  }

  #follow() {
    this.#connection?.close();
    this.#connection = null;
    this.#askForState();
  }

  #askForState() {
    if (this.leads || this.#hasState) return;
    const channel = this.#channel;
    channel.postMessage({ kind: 'want-state', tab: this.#tab });
    setTimeout(() => channel === this.#channel && this.#askForState(), ASK_AGAIN_MS);
  }

  #hear(message) {
    if (message.kind === 'want-state' && this.leads && this.#hasState) {
      this.#channel.postMessage({ kind: 'state', tab: message.tab, snapshot: this.state.snapshot, status: this.status });
    } else if (message.kind === 'state' && message.tab === this.#tab && !this.#hasState) {
      this.#setStatus(message.status);
      this.#take('snapshot', message.snapshot);
    } else if (message.kind === 'message' && !this.leads) {
      this.#take(message.event, message.data);
    } else if (message.kind === 'status' && !this.leads) {
      this.#setStatus(message.status);
    }
  }

  get #hasState() {
    return this.state.snapshot !== null && !this.#isStale;
  }

  #take(event, data) {
    if (event === 'snapshot') {
      if (this.#isStale) this.state = new LiveState();
      this.#isStale = false;
      const first = this.state.snapshot === null;
      const rows = this.state.replace(data).filter(([id]) => BigInt(id) > this.#shedUpTo);
      this.#tell('rows', { rows, backfill: first });
    } else if (!this.#hasState) {
      return;
    } else if (event === 'frame') {
      this.#tell('rows', { rows: this.state.advance(data), backfill: false, frame: data });
    } else if (event === 'gap') {
      this.#shedUpTo = BigInt(data.upTo);
      this.#tell('gap', data.shed);
    }
  }

  #setStatus(status) {
    if (status.phase === this.status.phase && status.retryAt === this.status.retryAt) return;
    this.status = status;
    this.#tell('status', status);
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
