/**
 * A quiet tone, made by the browser itself. Off until somebody wants it.
 */

const HERTZ = 587.33;
const LOUDNESS = 0.05;
const SECONDS = 0.35;
/** Tones do not run into one another, however many alerts there are. */
const PAUSE_MS = 5000;

/** A tone that can be switched on. */
export class Tone {
  /** @type {AudioContext|null} */
  #context = null;
  #rangAt = -PAUSE_MS;

  get isOn() {
    return this.#context !== null;
  }

  /** Whether the browser waits for a key or a click before it lets a page be heard. */
  get isWaiting() {
    return this.#context?.state === 'suspended';
  }

  /** Switches on or off. Browsers let a page be heard only after a key or a click, unless they were started otherwise. */
  async toggle() {
    if (this.#context) {
      const context = this.#context;
      this.#context = null;
      await context.close();
      return;
    }
    this.#context = new AudioContext();
  }

  /** Lets the browser be heard, on a key or a click. */
  async wake() {
    if (this.isWaiting) await this.#context.resume();
  }

  /** Rings, unless it just has. @returns {boolean} whether it did */
  ring() {
    const context = this.#context;
    const now = performance.now();
    if (context?.state !== 'running' || now - this.#rangAt < PAUSE_MS) return false;
    this.#rangAt = now;
    const volume = context.createGain();
    const start = context.currentTime;
    volume.gain.setValueAtTime(0, start);
    volume.gain.linearRampToValueAtTime(LOUDNESS, start + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + SECONDS);
    const source = new OscillatorNode(context, { type: 'sine', frequency: HERTZ });
    source.connect(volume).connect(context.destination);
    source.start(start);
    source.stop(start + SECONDS);
    return true;
  }
}
