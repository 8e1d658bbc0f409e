/**
 * Replay on this screen: which window, where it stands, how fast, what to do at its end.
 */

import { fetchJSON } from '../api.js';
import { Player } from './player.js';

/** Original time against real time; `whole` plays the window, however long, in a minute. */
export const SPEEDS = ['1', '10', '60', '600', 'whole'];
export const STANDARD_SPEED = '60';
const WHOLE_SECONDS = 60;
/** A step is a second of playing. */
const STEP_FRAMES = 10;

/**
 * @typedef {'off'|'winding'|'playing'|'paused'|'finished'} Phase `winding`: the server counts up to where playing begins
 * @typedef {{events: number, from: number, to: number}} Missed what was stored while the screen was not live
 */

/** Tells `change` when anything of it is different, `missed` (detail: Missed) when the screen goes back to live. */
export class Replay extends EventTarget {
  /** @type {Phase} */
  phase = 'off';
  /** @type {import('../range.js').Period|null} */
  window = null;
  /** Unix milliseconds. */
  clock = 0;
  speed = STANDARD_SPEED;
  loop = false;
  /** @type {Error|null} */
  fault = null;

  #model;
  #player = new Player();
  /** Plays of one window are about the same events: the first snapshot names the last of them. @type {string|null} */
  #upTo = null;
  /** Where the screen was when it left live. @type {{stored: number|undefined, at: number}} */
  #left = { stored: undefined, at: 0 };
  #plays = false;

  /** @param {import('../model.js').Model} model */
  constructor(model) {
    super();
    this.#model = model;
    this.#player.addEventListener('moved', () => this.#moved());
    this.#player.addEventListener('end', ({ detail }) => this.#end(detail));
    this.#player.addEventListener('fault', ({ detail }) => this.#fail(detail));
    model.addEventListener('query', () => this.phase !== 'off' && this.#reopen());
  }

  get isOn() {
    return this.phase !== 'off';
  }

  /** Whether it moves, or is about to. */
  get isPlaying() {
    return this.isOn && this.#plays;
  }

  /** Takes a window. @param {import('../range.js').Period} window @param {{at?: number, plays?: boolean}} [how] */
  choose(window, { at = window.from, plays = true } = {}) {
    if (!this.isOn) this.#leaveLive();
    this.window = { from: Math.floor(window.from), to: Math.ceil(window.to) };
    this.clock = this.#within(at);
    this.#upTo = null;
    this.#open(plays);
  }

  play() {
    if (!this.window) return;
    if (this.clock >= this.window.to) this.clock = this.window.from;
    this.#open(true);
  }

  pause() {
    this.#player.stop();
    this.#plays = false;
    this.#enter(this.clock >= this.window.to ? 'finished' : 'paused');
  }

  toggle() {
    if (this.isPlaying) this.pause();
    else this.play();
  }

  /** A second of playing at once. */
  step() {
    if (!this.window) return;
    if (this.clock >= this.window.to) this.clock = this.window.from;
    this.#open(false, STEP_FRAMES);
  }

  /** @param {number} time */
  seek(time) {
    if (!this.window) return;
    this.clock = this.#within(time);
    this.#open(this.isPlaying);
  }

  /** @param {string} speed one of `SPEEDS` */
  setSpeed(speed) {
    if (!SPEEDS.includes(speed) || speed === this.speed) return;
    this.speed = speed;
    if (this.isPlaying) this.#open(true);
    else this.#tell('change');
  }

  toggleLoop() {
    this.loop = !this.loop;
    this.#tell('change');
  }

  /** Back to live; tells what was missed. */
  leave() {
    if (!this.isOn) return;
    this.#player.stop();
    this.#plays = false;
    this.window = null;
    this.fault = null;
    this.#model.backToLive();
    this.#enter('off');
    this.#tellMissed(this.#left);
  }

  #leaveLive() {
    const { feed } = this.#model;
    const left = { stored: feed.state.snapshot?.totals.stored, at: Date.now() };
    this.#left = left;
    // A link may lead into a replay before the screen was ever live.
    if (left.stored === undefined) feed.addEventListener('rows', () => { left.stored = feed.state.snapshot.totals.stored; }, { once: true });
    this.#model.show(this.#player);
  }

  /** The server says how many there are now: what is on its way to the screen counts, too. */
  async #tellMissed({ stored, at }) {
    if (stored === undefined) return;
    const to = Date.now();
    const snapshot = await fetchJSON('api/v1/live/snapshot').catch(() => this.#model.feed.state.snapshot);
    const events = Math.max(0, snapshot.totals.stored - stored);
    if (!this.isOn) this.#tell('missed', { events, from: at, to });
  }

  #reopen() {
    this.#upTo = null;
    this.#open(this.#plays);
  }

  #open(plays, frames = 0) {
    this.fault = null;
    this.#plays = plays;
    this.#enter('winding');
    const pace = this.speed === 'whole' ? { seconds: WHOLE_SECONDS } : { speed: Number(this.speed) };
    const few = plays ? {} : { frames };
    this.#player.play({ ...this.window, at: this.clock, ...pace, ...few, q: this.#model.asked, upTo: this.#upTo });
  }

  #moved() {
    if (!this.isOn) return;
    const { clock, upTo } = this.#player.state.snapshot;
    this.#upTo ??= upTo;
    this.clock = clock;
    this.#enter(this.#plays ? 'playing' : 'paused');
  }

  #end(state) {
    if (state !== 'finished') return this.#enter('paused');
    if (this.#plays && this.loop) return this.play();
    this.#plays = false;
    return this.#enter('finished');
  }

  #fail(error) {
    this.fault = error;
    this.#plays = false;
    this.#enter('paused');
  }

  #within(time) {
    return Math.round(Math.min(Math.max(time, this.window.from), this.window.to));
  }

  #enter(phase) {
    this.phase = phase;
    this.#tell('change');
  }

  #tell(type, detail = null) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
