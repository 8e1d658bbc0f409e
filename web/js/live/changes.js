/**
 * Tells this page when somebody has changed notes or saved views. One tab of a browser holds the stream and tells the others.
 */

import { address } from '../api.js';
import { takePart } from './election.js';

const STREAM = 'api/v1/changes';
/** A stream that was refused is tried again. */
const RETRY_MS = 30_000;

/** @typedef {'notes'|'views'} Kept */

/** Tells `notes` and `views` when they are others than this page may have read. */
class Changes extends EventTarget {
  /** What the server said last, by kind. @type {Record<string, string>} */
  #known = {};
  /** @type {BroadcastChannel|null} */
  #channel = null;
  /** @type {EventSource|null} */
  #source = null;
  #timer = 0;

  /**
   * Calls a function whenever notes or views have changed. What was read before this is called may be old; then it is called soon.
   * @param {Kept} kind
   * @param {() => void} listener
   */
  watch(kind, listener) {
    this.addEventListener(kind, listener);
    if (this.#channel) return;
    const name = `petrel-changes ${new URL('.', document.baseURI).pathname}`;
    this.#channel = new BroadcastChannel(name);
    this.#channel.addEventListener('message', ({ data }) => data.kind === 'changed' && this.#hear(data.revisions));
    const tab = crypto.getRandomValues(new Uint32Array(2)).join('-');
    takePart(name, this.#channel, tab, { lead: () => this.#open(), follow: () => this.#close() });
  }

  #open() {
    this.#close();
    const source = new EventSource(address(STREAM));
    this.#source = source;
    source.addEventListener('changed', ({ data }) => {
      const revisions = JSON.parse(data);
      this.#channel.postMessage({ kind: 'changed', revisions });
      this.#hear(revisions);
    });
    // While it is only interrupted the browser connects again by itself.
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED) this.#timer = setTimeout(() => this.#open(), RETRY_MS);
    };
  }

  #close() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  }

  #hear(revisions) {
    for (const kind of ['notes', 'views']) {
      if (this.#known[kind] === revisions[kind]) continue;
      this.#known[kind] = revisions[kind];
      this.dispatchEvent(new Event(kind));
    }
  }
}

/** The changes of this page's server. */
export const changes = new Changes();
