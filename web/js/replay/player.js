/**
 * The stream of a stored window: tells a screen what the live feed would have told it then (docs/live-protocol.md).
 */

import { isAbort, listen, parameters, Refusal } from '../api.js';
import { LiveState } from '../live/state.js';

/** A stream that broke is asked for again after this long, from where it had come. */
const AGAIN_MS = 1000;
const MOST_ATTEMPTS = 5;

/**
 * @typedef {object} Wish what is to be played
 * @property {number} from the window, Unix milliseconds
 * @property {number} to
 * @property {number} at where playing begins
 * @property {number} [speed] original time against real time
 * @property {number} [seconds] in place of it, how long the whole window takes
 * @property {number} [frames] only so many frames, at once
 * @property {string} q
 * @property {string|null} [upTo] only events up to this one
 */

/** Has the face of `Feed`. Tells `rows` as that does, `moved` after every message, `end` (detail: state), `fault` (detail: error). */
export class Player extends EventTarget {
  state = new LiveState();
  /** @type {AbortController|null} */
  #abort = null;
  /** What the state is of: rows stay listed while it is the same. */
  #subject = '';

  /** Plays, in place of what was played. @param {Wish} wish */
  async play(wish) {
    this.stop();
    const abort = new AbortController();
    this.#abort = abort;
    let at = wish.at;
    for (let attempt = 1; ; attempt += 1) {
      const before = at;
      try {
        let isOver = false;
        await listen(`api/v1/live/replay?${parameters({ ...wish, at })}`, abort.signal, (event, data) => {
          if (abort.signal.aborted) return;
          isOver ||= event === 'end';
          this.#take(wish, event, data);
          at = data.clock ?? at;
        });
        if (isOver || abort.signal.aborted) return;
      } catch (error) {
        if (isAbort(error) || abort.signal.aborted) return;
        if (error instanceof Refusal && error.status) return void this.#tell('fault', error);
      }
      if (at > before) attempt = 1;
      if (attempt >= MOST_ATTEMPTS || wish.frames !== undefined) return void this.#tell('fault', new Refusal('The stream of the window broke. Is petrel serve running?', 0));
      await new Promise((resolve) => { setTimeout(resolve, AGAIN_MS); });
      if (abort.signal.aborted) return;
    }
  }

  /** Ends what is played; what was shown stays. */
  stop() {
    this.#abort?.abort();
    this.#abort = null;
  }

  #take(wish, event, data) {
    if (event === 'snapshot') {
      const subject = JSON.stringify([wish.from, wish.to, wish.q]);
      const goesOn = subject === this.#subject && data.clock === this.state.snapshot?.clock;
      if (subject !== this.#subject) this.state = new LiveState();
      this.#subject = subject;
      // Whoever goes on from where it stood keeps the rows that were listed.
      const rows = this.state.replace(goesOn ? { ...data, recent: this.state.snapshot.recent } : data);
      this.#tell('rows', { rows, backfill: false });
    } else if (event === 'frame') {
      this.#tell('rows', { rows: this.state.advance(data), backfill: false, frame: data });
    } else if (event === 'problem') {
      this.#tell('fault', new Refusal(data.detail, data.status));
    }
    this.#tell('moved');
    if (event === 'end') this.#tell('end', data.state);
  }

  #tell(type, detail = null) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
