/**
 * How fast frames follow each other. Where they are slow, because the browser draws without a graphics card, the map rests
 * between them as long as they take, so that it leaves half of the machine to everything else.
 */

/** Milliseconds between frames from which on the map rests. */
const SLOW_MS = 50;
const LONGEST_REST_MS = 400;
/** Weight of the newest frame in the average. */
const NEWEST = 0.15;
/** Milliseconds between frames from which on another way of drawing is called for, when it stays like this for so long. */
const BAD_MS = 100;
const BAD_FOR_MS = 5000;
/** A frame counts for no more: the tab may have been hidden, or the machine slept. */
const LONGEST_FRAME_MS = 1000;

/** Told of each frame, it says how long to rest. */
export class Pace {
  #average = 0;
  #last = 0;
  #rest = 0;
  #badFor = 0;

  /** Whether frames have been bad for some seconds. */
  get struggles() {
    return this.#badFor >= BAD_FOR_MS;
  }

  /** Another way of drawing begins. */
  restart() {
    this.stop();
    this.#average = 0;
    this.#badFor = 0;
  }

  /**
   * A frame has been drawn and another follows.
   * @param {number} now milliseconds
   * @returns {number} milliseconds to rest before the next
   */
  next(now) {
    const took = Math.min(LONGEST_FRAME_MS, Math.max(0, now - this.#last - this.#rest));
    if (this.#last) {
      this.#average += NEWEST * (took - this.#average);
      this.#badFor = this.#average > BAD_MS ? this.#badFor + took : 0;
    }
    this.#last = now;
    this.#rest = this.#average > SLOW_MS ? Math.min(LONGEST_REST_MS, this.#average) : 0;
    return this.#rest;
  }

  /** No frame follows: the time to the next says nothing. */
  stop() {
    this.#last = 0;
    this.#rest = 0;
  }
}
