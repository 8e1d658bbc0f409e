/**
 * What all widgets of the page share: the feed, the filter, whether the picture is frozen, what the viewer has selected.
 */

import { Feed } from './live/feed.js';
import { TypeFilter } from './live/filter.js';
import { throughLens } from './noise.js';
import { arcsOfRows, readArc, readRow } from './live/row.js';
import { ViewerLedger } from './live/viewer-ledger.js';

/** Widgets are told of changes at most this often; frames come ten times a second. */
const CHANGE_INTERVAL_MS = 100;

/** What happened before the screen was opened is drawn over this time. */
const BACKFILL_SECONDS = 6;

/**
 * @typedef {object} Selection what the drawer shows
 * @property {'arc'|'event'|'top'|'places'} kind
 * @property {any} [arc] kind `arc`: the arc (map/arc-set.js)
 * @property {string} [id] kind `event`
 * @property {string} [top] kind `top`: which list
 * @property {string} [key] kind `top`: the entry's key
 * @property {string} [label] kind `top`: the entry's name
 * @property {import('./map/source-places.js').SourcePlace[]} [places] kind `places`: what a circle on the map stands for
 * @property {Selection} [within] kind `places`: what it was chosen from
 */

/**
 * Events: `change` (numbers changed), `rows` (detail: new ticker rows), `arcs` (detail: `{arcs, spreadSeconds}`), `stage`
 * (a new stage: forget what was listed), `status`, `pause`, `select` (detail: Selection or null), `query` (another query),
 * `source` (a window is played in place of live, or no longer).
 */
export class Model extends EventTarget {
  feed = new Feed();
  /** What plays a stored window on this screen; null while it is live. @type {import('./replay/player.js').Player|null} */
  player = null;
  /** KQL that events must match to be drawn and listed; in a replay also to be counted. */
  query = '';
  /** Whether noise is left out of everything. */
  hidesNoise = false;
  filter = new TypeFilter();
  viewer = new ViewerLedger();
  paused = false;
  /** Events that came since the pause began. */
  whilePaused = 0;
  /** @type {Selection|null} */
  selection = null;

  #changeTimer = 0;
  #lastFrameAt = 0;

  /** The newest state in the protocol's snapshot shape; null before the first. */
  get snapshot() {
    return (this.player ?? this.feed).state.snapshot;
  }

  /** Names what is shown: arcs of another stage are not of it. */
  get stage() {
    const { mode, window } = this.snapshot;
    return [mode, this.asked, mode === 'replay' ? window.from : ''].join('|');
  }

  /** What is asked for: the query, without noise where that is hidden. */
  get asked() {
    return throughLens(this.query, this.hidesNoise);
  }

  /** What the totals and top lists are of, as a query: in a replay of what is asked for, live of all that the lens leaves. */
  get counted() {
    return this.player ? this.asked : throughLens('', this.hidesNoise);
  }

  start() {
    this.feed.addEventListener('rows', ({ detail }) => !this.player && this.#take(detail));
    this.feed.addEventListener('gap', ({ detail }) => {
      if (this.player) return;
      this.viewer.received += detail;
      this.viewer.addShed(detail, 'gap');
    });
    this.feed.addEventListener('status', () => this.#tell('status'));
    // Rows are not listed while nobody can see them.
    document.addEventListener('visibilitychange', () => !document.hidden && !this.paused && this.#tell('stage'));
    this.feed.start(this.query, this.hidesNoise);
  }

  /**
   * Asks for events that match. Before `start` it is what is asked for first.
   * @param {string} query KQL; empty for all
   * @param {boolean} [hidesNoise] whether the noise lens is on
   */
  setQuery(query, hidesNoise = this.hidesNoise) {
    if (query === this.query && hidesNoise === this.hidesNoise) return;
    this.query = query;
    this.hidesNoise = hidesNoise;
    this.feed.setQuery(query, hidesNoise);
    this.#tell('query', query);
  }

  /** Shows what a player tells, in place of what comes. The feed goes on behind it. @param {import('./replay/player.js').Player} player */
  show(player) {
    if (this.paused) this.togglePause();
    if (this.player !== player) player.addEventListener('rows', this.#played);
    this.player = player;
    this.#tell('source');
  }

  /** Shows again what comes. */
  backToLive() {
    this.player?.removeEventListener('rows', this.#played);
    this.player = null;
    this.#tell('source');
    if (!this.snapshot) return;
    this.#tell('change');
    this.#tell('stage');
  }

  #played = (/** @type {any} */ { detail }) => this.#take(detail);

  /** Freezes the picture, or lets it move again. Numbers go on behind it and are right at once on resuming. */
  togglePause() {
    this.paused = !this.paused;
    if (this.paused) this.whilePaused = 0;
    this.#tell('pause');
    if (!this.paused) {
      this.#tell('stage');
      this.#tell('change');
    }
  }

  /** @param {Selection|null} selection */
  select(selection) {
    this.selection = selection;
    this.#tell('select', selection);
  }

  #take({ rows, backfill, frame }) {
    const received = frame ? frame.n : rows.length;
    this.viewer.received += received;
    const reason = this.paused ? 'paused' : document.hidden ? 'background' : null;
    if (this.paused) this.whilePaused += received;
    if (reason) this.viewer.addShed(received, reason);
    else this.#show(rows, backfill, frame);
    if (this.paused) this.#tell('missed');
    else this.#changeSoon();
  }

  #show(rows, backfill, frame) {
    const parsed = rows.map(readRow);
    if (!frame) this.#tell('stage');
    else this.#tell('rows', parsed);
    const arcs = frame
      ? frame.arcs.map((arc) => readArc(arc, frame.span))
      : arcsOfRows(parsed, this.snapshot.mode === 'replay');
    const onMap = arcs.reduce((sum, arc) => sum + arc.count, 0);
    // Events without a place are not in arcs: they show in the tray and in the ticker.
    this.viewer.drawn += (frame ? frame.n : rows.length) - onMap;
    const sinceLast = (performance.now() - this.#lastFrameAt) / 1000;
    this.#lastFrameAt = performance.now();
    this.#tell('arcs', { arcs, spreadSeconds: backfill ? BACKFILL_SECONDS : Math.min(sinceLast, 1) });
  }

  #changeSoon() {
    if (this.#changeTimer) return;
    this.#changeTimer = setTimeout(() => {
      this.#changeTimer = 0;
      if (!this.paused && this.snapshot) this.#tell('change');
    }, CHANGE_INTERVAL_MS);
  }

  #tell(type, detail = null) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
