/**
 * Motion of the camera that goes on by itself: from one state to another, or coasting after a drag.
 */

/** Speed is lost by this share a millisecond while coasting. */
const DRAG = 0.0035;
/** CSS pixels a millisecond; slower is standing still. */
const SLOWEST = 0.02;

/** At most one motion at a time. */
export class Glide {
  #frame = 0;

  /** Ends what is under way where it is. */
  stop() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }

  /**
   * @param {number} length milliseconds; 0 goes to the end at once
   * @param {(share: number) => void} move gets 0 to 1, slow at both ends
   */
  start(length, move) {
    this.stop();
    if (length === 0) return move(1);
    const began = performance.now();
    const step = () => {
      const share = Math.min(1, (performance.now() - began) / length);
      this.#frame = share < 1 ? requestAnimationFrame(step) : 0;
      move(share * share * (3 - 2 * share));
    };
    this.#frame = requestAnimationFrame(step);
    return undefined;
  }

  /**
   * @param {number} dx CSS pixels a millisecond
   * @param {number} dy
   * @param {(dx: number, dy: number) => void} move gets CSS pixels
   */
  coast(dx, dy, move) {
    this.stop();
    let last = performance.now();
    let rest = 1;
    const step = () => {
      const passed = Math.min(50, performance.now() - last);
      last += passed;
      rest *= Math.exp(-DRAG * passed);
      this.#frame = Math.hypot(dx, dy) * rest > SLOWEST ? requestAnimationFrame(step) : 0;
      move(dx * rest * passed, dy * rest * passed);
    };
    this.#frame = requestAnimationFrame(step);
  }
}
