/**
 * The map's link: filter, noise lens, time bar, window, speed, where a paused replay stands, and where the camera looks. Everything is in
 * the fragment, so that nothing of it reaches the server's logs and nothing is loaded anew.
 */

import { fragment, fragmentValue, setFragment } from '../fragment.js';
import { readLens, writeLens } from '../noise.js';
import { SPEEDS, STANDARD_SPEED } from '../replay/replay.js';

const CAMERA_MS = 400;

/** A time as a link bears it: `2026-03-01T00:00:00Z`. @param {number} time */
const written = (time) => new Date(time).toISOString().replace('.000Z', 'Z');

/** Two times with a slash between (ISO 8601 intervals). @param {{from: number, to: number}|null} period */
const interval = (period) => (period ? `${written(period.from)}/${written(period.to)}` : null);

/** @param {string|null} text @returns {import('../range.js').Period|null} */
function readInterval(text) {
  const [from, to] = (text ?? '').split('/').map((part) => Date.parse(part));
  return from < to ? { from, to } : null;
}

/** @param {string|null} text @returns {{lon: number, lat: number, zoom: number}|null} */
function readCamera(text) {
  const numbers = (text ?? '').split(',').map(Number);
  return numbers.length === 3 && numbers.every(Number.isFinite) && text ? { lon: numbers[0], lat: numbers[1], zoom: numbers[2] } : null;
}

/** Keeps address and map the same, in both directions. */
export class MapLink {
  #model;
  #replay;
  #bar;
  #camera;
  #timer = 0;
  /** Nothing is written while the page takes what the address says. */
  #reading = false;

  /**
   * @param {import('../model.js').Model} model
   * @param {import('../replay/replay.js').Replay} replay
   * @param {any} bar petrel-replay
   * @param {{state: () => {view: string, lon: number, lat: number, zoom: number}, restore: (state: object) => void} & EventTarget} camera
   */
  constructor(model, replay, bar, camera) {
    this.#model = model;
    this.#replay = replay;
    this.#bar = bar;
    this.#camera = camera;
    this.#read();
    model.addEventListener('query', () => this.#write());
    replay.addEventListener('change', () => this.#write());
    bar.addEventListener('bar', () => this.#write());
    camera.addEventListener('change', () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#write(), CAMERA_MS);
    });
    addEventListener('popstate', () => this.#read());
  }

  /** Shows what the address says. */
  #read() {
    this.#reading = true;
    const values = fragment();
    const window = readInterval(values.get('play'));
    const shown = readInterval(values.get('bar'));
    const speed = values.get('speed');
    this.#model.setQuery(values.get('q') ?? '', readLens(values));
    const camera = readCamera(values.get('map'));
    if (camera) this.#camera.restore(camera);
    this.#replay.setSpeed(speed && SPEEDS.includes(speed) ? speed : STANDARD_SPEED);
    if ((values.get('loop') === 'on') !== this.#replay.loop) this.#replay.toggleLoop();
    this.#readBar(shown ?? window);
    this.#readWindow(window, Date.parse(values.get('at') ?? ''));
    this.#reading = false;
  }

  #readBar(shown) {
    if (!shown) this.#bar.close();
    else if (interval(shown) !== interval(this.#bar.period)) this.#bar.show(shown);
  }

  #readWindow(window, at) {
    const replay = this.#replay;
    const isPaused = !Number.isNaN(at);
    if (!window) replay.leave();
    else if (interval(window) !== interval(replay.window)) replay.choose(window, { at: isPaused ? at : window.from, plays: !isPaused });
    else if (isPaused && at !== replay.clock) replay.seek(at);
  }

  /** Another query or window is a step that the browser's way back takes; position, speed and camera are not. */
  #write() {
    if (this.#reading) return;
    const { window, speed, loop, phase, clock } = this.#replay;
    const { view, lon, lat, zoom } = this.#camera.state();
    const looks = zoom > 1.001 || view === 'globe' ? `${lon},${lat},${Math.round(zoom * 1000) / 1000}` : null;
    const stands = window !== null && (phase === 'paused' || phase === 'finished');
    const [q, play, noise] = [this.#model.query || null, interval(window), writeLens(this.#model.hidesNoise)];
    setFragment({
      q, play, noise, bar: interval(this.#bar.period), speed: speed === STANDARD_SPEED ? null : speed,
      loop: loop ? 'on' : null, at: stands ? written(clock) : null, map: looks,
    }, q !== fragmentValue('q') || noise !== fragmentValue('noise') || play !== fragmentValue('play'));
  }
}
