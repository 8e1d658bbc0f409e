/**
 * The arcs in the air and their picture: takes up messages, draws frames, finds arcs. A frame's work on the main thread
 * does not depend on how many arcs there are.
 */

import { TYPES } from '../types.js';
import { ArcSet } from './arc-set.js';
import { wayOf } from './arc-shape.js';
import { CanvasArcs } from './canvas-arcs.js';
import { arcNear, REACH_PX } from './picker.js';
import { placeOf } from './projection.js';
import { WebGLArcs } from './webgl-arcs.js';
import { isWebGLFast } from './webgl-speed.js';

/** Where along an arc a click is tried, from the middle outwards. */
const TRIED = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9];
const FAMILIAR_PLACES = 5000;

/**
 * Who draws: `auto` takes WebGL2 where a graphics card computes it, else Canvas 2D.
 * @typedef {'auto'|'webgl2'|'canvas'} RendererChoice
 */

/** Arcs on a canvas. */
export class ArcLayer {
  /** `webgl2` or `canvas`: how it draws. */
  kind;
  /** Whether arcs stand still: the viewer prefers no motion. */
  still = false;

  #camera;
  #filter;
  #emphasis;
  /** @type {ArcSet} */
  #arcs;
  /** @type {WebGLArcs|CanvasArcs} */
  #renderer;
  /** Places seen lately, so that each is projected once. @type {Map<string, import('./projection.js').Place>} */
  #places = new Map();

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {import('./camera.js').Camera} camera
   * @param {{shows: (type: string|null) => boolean}} filter which types are drawn
   * @param {import('./emphasis.js').Emphasis} emphasis how wide and bright each is
   * @param {RendererChoice} choice
   */
  constructor(canvas, camera, filter, emphasis, choice) {
    this.#camera = camera;
    this.#filter = filter;
    this.#emphasis = emphasis;
    this.drawOn(canvas, choice);
    emphasis.addEventListener('change', () => this.#rewrite());
  }

  /**
   * Goes on with another renderer; of arcs beyond its budget the oldest are gone.
   * @param {HTMLCanvasElement} canvas one that nothing has been drawn on
   * @param {RendererChoice} choice
   */
  drawOn(canvas, choice) {
    const arcs = new ArcSet(WebGLArcs.budget);
    const lookOf = (arc) => this.#emphasis.lookOf(arc);
    const isPlain = choice === 'canvas' || (choice === 'auto' && !isWebGLFast());
    const renderer = isPlain ? null : WebGLArcs.create(canvas, arcs, this.#camera, lookOf);
    this.kind = renderer ? 'webgl2' : 'canvas';
    const before = this.#arcs;
    this.#arcs = renderer ? arcs : new ArcSet(CanvasArcs.budget);
    this.#renderer?.end();
    this.#renderer = renderer ?? new CanvasArcs(canvas, this.#arcs, this.#camera, lookOf);
    if (!before) return;
    this.#arcs.adopt(before);
    this.#rewrite();
  }

  /** Most arcs in the air at a time. */
  get budget() {
    return (this.kind === 'webgl2' ? WebGLArcs : CanvasArcs).budget;
  }

  /** How many arcs there are, whether or not their type is shown. */
  get size() {
    return this.#arcs.live.size;
  }

  /** Takes the theme's colours again. */
  recolour() {
    this.#renderer.recolour();
  }

  /**
   * Draws a message, or says that there is no room.
   * @param {import('../live/row.js').ArcMessage} message
   * @param {import('./arc-set.js').Arc['to']} to
   * @param {number} start the map's seconds
   * @param {number} now
   * @returns {'drawn'|'merged'|'shed'}
   */
  add(message, to, start, now) {
    this.#arcs.expire(now);
    const { fate, arc } = this.#arcs.add(message, this.#placeOf(message), to, start, now);
    if (arc) this.#renderer.write(arc);
    return fate;
  }

  clear() {
    this.#arcs.clear();
    this.#renderer.clear();
  }

  /** Ends that hang on the screen have moved. @param {(arc: import('./arc-set.js').Arc) => import('./arc-set.js').Arc['to']} targetOf */
  anchor(targetOf) {
    for (const arc of this.#arcs.live.values()) {
      if (!arc.to.onScreen) continue;
      arc.to = targetOf(arc);
      this.#renderer.write(arc);
    }
  }

  /** Draws a frame. @param {number} now the map's seconds */
  draw(now) {
    this.#arcs.expire(now);
    this.#renderer.draw(now, { still: this.still, shown: TYPES.map(({ id }) => (this.#filter.shows(id) ? 1 : 0)) });
  }

  /** The arcs that can be seen, but for those behind the globe. @param {number} now */
  visible(now) {
    return [...this.#arcs.live.values()].filter((arc) => this.#isVisible(arc, now));
  }

  /** Those of them that stand for most events. @param {number} now */
  leaders(now) {
    return [...this.#arcs.leaders].filter((arc) => this.#isVisible(arc, now));
  }

  /** The arc at a point, or null. @param {number} x CSS pixels @param {number} y @param {number} now @param {number} [reach] how near is on it */
  near(x, y, now, reach = REACH_PX.mouse) {
    const flownOf = (arc) => (this.still ? 1 : Math.min(1, (now - arc.start) / arc.flight));
    return arcNear(this.visible(now), this.#camera, x, y, flownOf, reach);
  }

  /**
   * A point at which a click finds this arc and no other, or null.
   * @param {import('./arc-set.js').Arc} arc
   * @param {number} now
   * @param {(x: number, y: number) => boolean} isFree whether nothing lies over the map there
   */
  pointOf(arc, now, isFree) {
    const way = wayOf(arc, this.#camera);
    for (const share of TRIED) {
      const [x, y, seen] = way(share);
      if (seen && isFree(x, y) && this.near(x, y, now) === arc) return { x, y };
    }
    return null;
  }

  /** All arcs look different now. */
  #rewrite() {
    for (const arc of this.#arcs.live.values()) this.#renderer.write(arc);
  }

  #isVisible(arc, now) {
    return arc.start < now && arc.end > now && this.#filter.shows(TYPES[arc.type].id);
  }

  #placeOf({ lat, lon }) {
    const key = `${lat}|${lon}`;
    const known = this.#places.get(key);
    if (known) return known;
    if (this.#places.size >= FAMILIAR_PLACES) this.#places.clear();
    const place = placeOf(lon, lat);
    this.#places.set(key, place);
    return place;
  }
}
