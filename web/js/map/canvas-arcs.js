/**
 * Draws the arcs with Canvas 2D: where there is no WebGL2, or where the browser computes it without a graphics card. Its work
 * grows with the arcs, and plain curves are what browsers draw fastest in software, so there are few arcs and no gradients.
 */

import { palette, theme } from '../theme.js';
import { TYPES } from '../types.js';
import { endsOf, wayOf } from './arc-shape.js';
import { controlPoint, partOf } from './curve.js';

const TAIL = 0.35;
const IMPACT_SECONDS = 0.9;
/** The brighter part of a tail. */
const BRIGHT = 0.4;
/** Straight parts of a whole way over the globe. */
const PARTS = 24;

/** Renderer of an ArcSet; has the same methods as WebGLArcs. */
export class CanvasArcs {
  /** Most arcs at a time. */
  static budget = 300;

  #context;
  #arcs;
  #camera;
  #lookOf;
  #colours = [];
  #trace = 0.3;
  #glyphs = TYPES.map(({ glyph }) => new Path2D(glyph));

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {import('./arc-set.js').ArcSet} arcs
   * @param {import('./camera.js').Camera} camera
   * @param {(arc: import('./arc-set.js').Arc) => {halfWidth: number, dim: number}} lookOf see emphasis.js
   */
  constructor(canvas, arcs, camera, lookOf) {
    this.#context = canvas.getContext('2d');
    this.#arcs = arcs;
    this.#camera = camera;
    this.#lookOf = lookOf;
    this.recolour();
  }

  /** Takes the theme's colours again. */
  recolour() {
    this.#colours = palette().types.map((rgb) => `rgb(${rgb.join(' ')})`);
    this.#trace = theme() === 'dark' ? 0.3 : 0.42;
  }

  /** Nothing is kept per arc. */
  write() {}

  /** As `write`. */
  clear() {}

  /** As `write`. */
  end() {}

  /** @param {number} time the map's seconds @param {{still: boolean, shown: number[]}} options */
  draw(time, { still, shown }) {
    const context = this.#context;
    const ratio = context.canvas.width / this.#camera.width;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, this.#camera.width, this.#camera.height);
    for (const arc of this.#arcs.live.values()) {
      if (shown[arc.type] && time >= arc.start && time <= arc.end) this.#drawArc(arc, time, still);
    }
  }

  #drawArc(arc, time, still) {
    const context = this.#context;
    const way = wayOf(arc, this.#camera);
    const curve = this.#curveOf(arc);
    const landing = arc.start + arc.flight;
    const fade = time < landing ? 1 : Math.max(0, (arc.end - time) / (arc.end - landing));
    const head = still ? 1 : Math.min(1, (time - arc.start) / arc.flight);
    context.strokeStyle = this.#colours[arc.type];
    context.fillStyle = this.#colours[arc.type];
    const { halfWidth, dim } = this.#lookOf(arc);
    const light = 1 - dim;
    context.lineWidth = 2 * halfWidth;

    context.globalAlpha = (still ? 0.55 : this.#trace) * fade * light;
    this.#part(way, curve, 0, head);
    if (!still && head < 1) {
      context.globalAlpha = 0.4 * light;
      this.#part(way, curve, Math.max(0, head - TAIL), head);
      context.globalAlpha = 0.9 * light;
      this.#part(way, curve, Math.max(0, head - TAIL * BRIGHT), head);
    }
    context.globalAlpha = 0.9 * fade * light;
    const ring = arc.message.accuracy === 'country';
    const source = this.#camera.toScreen(arc.from);
    if (source[2]) this.#circle(source, ring ? 6 : 3, ring);
    const comet = way(still ? 0.5 : head);
    if (comet[2] && (head < 1 || still)) this.#glyph(arc, comet, (still ? fade : 1) * light);
    const age = (time - landing) / IMPACT_SECONDS;
    const target = way(1);
    if (target[2] && !still && age >= 0 && age < 1) {
      context.globalAlpha = 0.9 * (1 - age) * light;
      this.#circle(target, 5 + 18 * age, true);
    }
    context.globalAlpha = 1;
  }

  /** The curve that a way is on the flat map; null on the globe. */
  #curveOf(arc) {
    if (!arc.to.onScreen && this.#camera.morph > 0) return null;
    const { from, to } = endsOf(arc, this.#camera);
    return { from, control: controlPoint(from, to, arc.bend), to };
  }

  /** The part of a way from t0 to t1, as far as it is seen. */
  #part(way, curve, t0, t1) {
    const context = this.#context;
    if (curve) {
      const { from, control, to } = partOf(curve.from, curve.control, curve.to, t0, t1);
      context.beginPath();
      context.moveTo(...from);
      context.quadraticCurveTo(...control, ...to);
      context.stroke();
      return;
    }
    const steps = Math.max(1, Math.ceil((t1 - t0) * PARTS));
    context.beginPath();
    let wasSeen = false;
    for (let step = 0; step <= steps; step += 1) {
      const [x, y, seen] = way(t0 + ((t1 - t0) * step) / steps);
      if (wasSeen && seen) context.lineTo(x, y);
      else context.moveTo(x, y);
      wasSeen = seen;
    }
    context.stroke();
  }

  #circle([x, y], radius, hollow) {
    const context = this.#context;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    if (!hollow) return context.fill();
    context.lineWidth = 1.5;
    return context.stroke();
  }

  #glyph(arc, [x, y], alpha) {
    const context = this.#context;
    context.save();
    context.globalAlpha = alpha;
    context.translate(x - 6, y - 6);
    context.scale(0.75, 0.75);
    context.fill(this.#glyphs[arc.type], 'evenodd');
    context.restore();
  }
}
