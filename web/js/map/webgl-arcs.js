/**
 * Draws the arcs with WebGL2: three draw calls and some uniforms a frame, whatever their number.
 */

import { palette, theme } from '../theme.js';
import { TYPES } from '../types.js';
import { COMET_FRAGMENT, COMET_VERTEX, ROW, SPRITE_FRAGMENT, SPRITE_VERTEX, SPRITE_VERTICES, TRACE_FRAGMENT, TRACE_VERTEX } from './shaders.js';

/** Numbers of an arc: ends, timing, look, four of each. */
const FLOATS = 12;
const TEXELS = FLOATS / 4;
/** Parts of a whole curve, and of a comet's tail: fewer in a crowd, where none is looked at closely. */
const SEGMENTS = [{ upTo: 1500, trace: 20, comet: 6 }, { upTo: 6000, trace: 16, comet: 6 }, { upTo: Infinity, trace: 12, comet: 4 }];
/** Written slots this near to each other go to the GPU in one piece. */
const NEAR_SLOTS = 32;
const GLYPH_PX = 48;
const RADIANS = Math.PI / 180;
/** Arcs at a time up to which each has its full light. */
const CROWD = 150;
/** Times are kept relative to an epoch that moves: a float32 of seconds is too coarse after some hours. */
const EPOCH_SECONDS = 1800;

const UNIFORMS = ['view', 'globe', 'turn', 'size', 'time', 'still', 'colours', 'shown', 'glow', 'trace', 'grain', 'exposure', 'segments', 'glyphs', 'arcs'];

/** Renderer of an ArcSet; has the same methods as CanvasArcs. */
export class WebGLArcs {
  /** Most arcs at a time. */
  static budget = 20_000;

  #gl;
  #arcs;
  #camera;
  #lookOf;
  #data = new Float32Array(FLOATS * ROW * Math.ceil(WebGLArcs.budget / ROW));
  /** Programs, in the order in which they draw. @type {ReturnType<WebGLArcs['#stage']>[]} */
  #stages = [];
  #epoch = 0;
  /** Slots written since the last frame. @type {number[]} */
  #written = [];
  /** Everything is written anew. */
  #whole = false;
  /** Whether the canvas shows nothing. */
  #blank = true;
  #colours = new Float32Array(0);
  #glow = 1;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {import('./arc-set.js').ArcSet} arcs
   * @param {import('./camera.js').Camera} camera
   * @param {(arc: import('./arc-set.js').Arc) => {halfWidth: number, dim: number}} lookOf see emphasis.js
   * @returns {WebGLArcs|null} null when there is no WebGL2
   */
  static create(canvas, arcs, camera, lookOf) {
    const gl = canvas.getContext('webgl2', { antialias: false, depth: false, premultipliedAlpha: true });
    return gl ? new WebGLArcs(gl, arcs, camera, lookOf) : null;
  }

  constructor(gl, arcs, camera, lookOf) {
    this.#gl = gl;
    this.#arcs = arcs;
    this.#camera = camera;
    this.#lookOf = lookOf;
    this.#prepare();
    this.recolour();
    gl.canvas.addEventListener('webglcontextlost', (event) => event.preventDefault());
    gl.canvas.addEventListener('webglcontextrestored', () => this.#prepare());
  }

  /** Takes the theme's colours again. */
  recolour() {
    this.#colours = new Float32Array(palette().types.flat().map((value) => value / 255));
    this.#glow = theme() === 'dark' ? 1 : 0;
  }

  /** Writes an arc's data: when it is born, and when it has taken up more events. @param {import('./arc-set.js').Arc} arc */
  write(arc) {
    const { halfWidth, dim } = this.#lookOf(arc);
    const from = this.#epoch;
    this.#data.set([
      arc.from.lon * RADIANS, arc.from.lat * RADIANS, ...endOf(arc.to),
      arc.to.onScreen ? 1 : 0, arc.start - from, arc.flight, arc.end - from,
      arc.bend, halfWidth, arc.type, (arc.message.accuracy === 'country' ? 1 : 0) + dim,
    ], arc.slot * FLOATS);
    this.#written.push(arc.slot);
  }

  /**
   * @param {number} time the map's seconds
   * @param {{still: boolean, shown: number[]}} options `still`: no motion; `shown`: 1 or 0 per type
   */
  draw(time, { still, shown }) {
    const gl = this.#gl;
    if (time - this.#epoch > EPOCH_SECONDS) this.#moveEpoch(time);
    const count = this.#arcs.used;
    if (count === 0 && this.#blank) return;
    this.#blank = count === 0;
    gl.viewport(0, 0, gl.canvas.width, gl.canvas.height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    this.#upload();
    if (count === 0) return;
    const parts = SEGMENTS.find(({ upTo }) => count <= upTo);
    for (const { program, uniforms, part } of this.#stages) {
      // Without motion there are no comets.
      if (still && part === 'comet') continue;
      const segments = parts[part];
      gl.useProgram(program);
      gl.uniform3f(uniforms.view, this.#camera.scale, this.#camera.offsetX, this.#camera.offsetY);
      gl.uniform4f(uniforms.globe, ...this.#camera.middle, this.#camera.radius, this.#camera.morph);
      gl.uniformMatrix3fv(uniforms.turn, true, this.#camera.turn);
      gl.uniform2f(uniforms.size, this.#camera.width, this.#camera.height);
      gl.uniform1f(uniforms.time, time - this.#epoch);
      gl.uniform1f(uniforms.still, still ? 1 : 0);
      gl.uniform1f(uniforms.glow, still ? 0 : this.#glow);
      gl.uniform1f(uniforms.grain, Math.max(0.5, Math.min(1, this.#camera.width / 1100)));
      gl.uniform1f(uniforms.trace, this.#glow ? 0.26 : 0.42);
      gl.uniform1f(uniforms.exposure, this.#exposure());
      gl.uniform3fv(uniforms.colours, this.#colours);
      gl.uniform1fv(uniforms.shown, shown);
      gl.uniform1i(uniforms.segments, segments ?? 0);
      gl.drawArrays(gl.TRIANGLE_STRIP, 0, count * (segments ? 2 * segments + 4 : SPRITE_VERTICES));
    }
  }

  /** Hands what was written since the last frame to the GPU, neighbours in a row of the texture together. */
  #upload() {
    const gl = this.#gl;
    const put = (first, rows, arcs) => gl.texSubImage2D(gl.TEXTURE_2D, 0, (first % ROW) * TEXELS, Math.floor(first / ROW), arcs * TEXELS, rows,
      gl.RGBA, gl.FLOAT, this.#data, first * FLOATS);
    if (this.#whole) put(0, this.#data.length / FLOATS / ROW, ROW);
    else if (this.#written.length > 0) {
      const slots = this.#written.sort((one, other) => one - other);
      let first = slots[0];
      slots.forEach((slot, index) => {
        const next = slots[index + 1];
        if (next - slot <= NEAR_SLOTS && Math.floor(next / ROW) === Math.floor(slot / ROW)) return;
        put(first, 1, slot + 1 - first);
        first = next;
      });
    }
    this.#written = [];
    this.#whole = false;
  }

  /** The more arcs, the fainter each: light that adds up must not burn out. */
  #exposure() {
    return Math.min(1, Math.max(0.05, (CROWD / this.#arcs.live.size) ** 0.75));
  }

  /** Forgets all arcs: nothing of theirs shows when a later arc's slot lies behind theirs. */
  clear() {
    this.#data.fill(0);
    this.#whole = true;
  }

  /** Gives the graphics card's memory back; nothing is drawn any more. */
  end() {
    this.#gl.getExtension('WEBGL_lose_context')?.loseContext();
  }

  #moveEpoch(time) {
    this.#epoch = time;
    this.clear();
    for (const arc of this.#arcs.live.values()) this.write(arc);
  }

  #prepare() {
    const gl = this.#gl;
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    this.#stages = [
      this.#stage(TRACE_VERTEX, TRACE_FRAGMENT, 'trace'),
      this.#stage(COMET_VERTEX, COMET_FRAGMENT, 'comet'),
      this.#stage(SPRITE_VERTEX, SPRITE_FRAGMENT, 'sprite'),
    ];
    gl.activeTexture(gl.TEXTURE1);
    this.#uploadGlyphs();
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA32F, ROW * TEXELS, this.#data.length / FLOATS / ROW);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
    this.#whole = true;
  }

  /** A program; all of a vertex follows from its number. */
  #stage(vertexText, fragmentText, part) {
    const gl = this.#gl;
    const program = gl.createProgram();
    for (const [kind, text] of [[gl.VERTEX_SHADER, vertexText], [gl.FRAGMENT_SHADER, fragmentText]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, text);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
      const logs = gl.getAttachedShaders(program).map((shader) => gl.getShaderInfoLog(shader));
      throw new Error(`a shader was not accepted: ${[gl.getProgramInfoLog(program), ...logs].join(' ')}`);
    }
    const uniforms = Object.fromEntries(UNIFORMS.map((name) => [name, gl.getUniformLocation(program, name)]));
    gl.useProgram(program);
    gl.uniform1i(uniforms.arcs, 0);
    gl.uniform1i(uniforms.glyphs, 1);
    return { program, uniforms, part };
  }

  /** Draws the types' glyphs into a texture, one cell each. */
  #uploadGlyphs() {
    const gl = this.#gl;
    const canvas = document.createElement('canvas');
    canvas.width = GLYPH_PX * TYPES.length;
    canvas.height = GLYPH_PX;
    const context = canvas.getContext('2d');
    TYPES.forEach(({ glyph }, index) => {
      context.setTransform(GLYPH_PX / 18, 0, 0, GLYPH_PX / 18, GLYPH_PX * (index + 1 / 18), GLYPH_PX / 18);
      context.fill(new Path2D(glyph), 'evenodd');
    });
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, canvas);
    gl.generateMipmap(gl.TEXTURE_2D);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR_MIPMAP_LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
  }
}

/** What the GPU keeps of an arc's end: radians, or CSS pixels. @param {import('./arc-set.js').Arc['to']} to */
const endOf = (to) => (to.onScreen ? [to.x, to.y] : [to.lon * RADIANS, to.lat * RADIANS]);
