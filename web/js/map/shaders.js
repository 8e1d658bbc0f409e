/**
 * The GPU's part of the arcs. An arc's data is written when it is born (or takes up more events); everything that moves is
 * computed here from one time per frame. All arcs are strips of triangles, with vertices twice where an arc ends and the
 * next begins, and each vertex fetches the data of its arc: many small instances are slow, above all without a graphics card.
 *
 * Data: ends = from, to (longitude and latitude in radians, or CSS pixels); timing = to is on the screen, start, flight, end (seconds);
 * look = bend, half width, type, 1 for a country's ring and, behind the point, the light taken away.
 */

import { LIFT } from './arc-shape.js';

/** Arcs in a row of the texture that holds their data. */
export const ROW = 256;

/** Vertices of an arc's marks: three quads, the first and last vertex of each twice. */
export const SPRITE_VERTICES = 18;

/** How far a comet's halo reaches beyond its core, in CSS pixels. */
const HALO = '3.0';

const COMMON = `#version 300 es
precision highp float;
precision highp int;
#define OUTSIDE vec4(2.0, 2.0, 0.0, 1.0)
uniform highp sampler2D arcs; // three texels for each arc
uniform vec3 view;       // scale, offset: map units of the flat map to CSS pixels
uniform vec4 globe;      // middle and radius in CSS pixels; 0 flat map to 1 globe
uniform mat3 turn;       // turns the earth towards the viewer
uniform vec2 size;       // CSS pixels
uniform float time;
uniform float still;     // 1: no motion
uniform float grain;     // size of marks: 1 on a wide map, less on a phone
uniform float exposure;  // 1 with few arcs, less in a crowd
uniform vec3 colours[11];
uniform float shown[11];

vec4 ends, timing, look;
void fetch(int arc) {
  ivec2 at = ivec2(arc % ${ROW} * 3, arc / ${ROW});
  ends = texelFetch(arcs, at, 0);
  timing = texelFetch(arcs, at + ivec2(1, 0), 0);
  look = texelFetch(arcs, at + ivec2(2, 0), 0);
}
// As project() in projection.js.
vec2 flatScreen(vec2 place) {
  float p2 = place.y * place.y, p4 = p2 * p2;
  float x = place.x * (0.8707 - 0.131979 * p2 + p4 * (-0.013791 + p4 * (0.003971 * p2 - 0.001529 * p4)));
  float y = place.y * (1.007226 + p2 * (0.015085 + p4 * (-0.044475 + 0.028874 * p2 - 0.005916 * p4)));
  return vec2(x, -y) * view.x + view.yz;
}
vec3 unit(vec2 place) { return vec3(cos(place.y) * sin(place.x), sin(place.y), cos(place.y) * cos(place.x)); }
vec2 globeScreen(vec3 point) { return globe.xy + vec2(point.x, -point.y) * globe.z; }
bool behind(vec3 turned) { return globe.w > 0.5 && turned.z < 0.0 && length(turned.xy) < 1.0; }
// As toScreen() in camera.js: what is behind the globe stands at its edge.
vec2 onScreen(vec2 place) {
  vec2 there = flatScreen(place);
  if (globe.w == 0.0) return there;
  vec3 turned = turn * unit(place);
  if (turned.z < 0.0) turned /= max(1e-6, length(turned.xy));
  return mix(there, globeScreen(turned), globe.w);
}
// As controlPoint() in curve.js.
vec2 control(vec2 a, vec2 b) {
  vec2 d = b - a;
  float len = length(d);
  float side = d.x >= 0.0 ? 1.0 : -1.0;
  vec2 up = len > 0.01 ? side * vec2(d.y, -d.x) / len : vec2(0.0, -1.0);
  return (a + b) * 0.5 + up * (len * look.x + 10.0);
}
// What is the same along the whole arc.
vec2 curveFrom, curveTo, curveControl;
vec3 unitFrom, unitTo;
float angle, lift;
bool bent;
void prepare() {
  bent = timing.x < 0.5 && globe.w > 0.0;
  curveFrom = bent ? flatScreen(ends.xy) : onScreen(ends.xy);
  curveTo = timing.x > 0.5 ? ends.zw : flatScreen(ends.zw);
  curveControl = control(curveFrom, curveTo);
  if (!bent) return;
  unitFrom = unit(ends.xy);
  unitTo = unit(ends.zw);
  angle = acos(clamp(dot(unitFrom, unitTo), -1.0, 1.0));
  lift = ${LIFT.least} + ${LIFT.perRadian} * angle;
}
// As wayOf() in arc-shape.js; the third is 1 where the point is seen.
vec3 way(float t) {
  vec2 there = mix(mix(curveFrom, curveControl, t), mix(curveControl, curveTo, t), t);
  if (!bent) return vec3(there, 1.0);
  float sine = sin(angle);
  vec2 weights = sine < 1e-4 ? vec2(1.0 - t, t) : vec2(sin((1.0 - t) * angle), sin(t * angle)) / sine;
  vec3 turned = turn * (unitFrom * weights.x + unitTo * weights.y) * (1.0 + lift * 4.0 * t * (1.0 - t));
  return vec3(mix(there, globeScreen(turned), globe.w), behind(turned) ? 0.0 : 1.0);
}
float progress() { return still > 0.5 ? 10.0 : (time - timing.y) / timing.z; }
float fade() { return 1.0 - smoothstep(timing.y + timing.z, timing.w, time); }
float light() { return 1.0 - fract(look.w); }
vec4 clip(vec2 p) { return vec4(p.x / size.x * 2.0 - 1.0, 1.0 - p.y / size.y * 2.0, 0.0, 1.0); }
bool hidden() { return time < timing.y || time > timing.w || shown[int(look.z)] < 0.5; }
`;

/** Of a strip of triangles along the way: two vertices, one at each side, for each end of a segment. */
const STRIP = `
#define TAIL 0.34
#define HALO ${HALO}
uniform int segments;
uniform float glow;      // how much light adds up: 1 dark theme, 0 light theme
uniform float trace;
out float across;
out float seen;
// A vertex of a strip along the way: halfway across is the way itself.
vec4 strip(float t, float across) {
  vec3 p = way(t);
  vec2 along = bent ? way(t + 0.01).xy - p.xy : mix(curveControl - curveFrom, curveTo - curveControl, t);
  vec2 ahead = normalize(along + vec2(1e-4, 0.0));
  seen = p.z;
  return clip(p.xy + vec2(-ahead.y, ahead.x) * across);
}
`;

/**
 * What a comet leaves: a thin line from the source to where it is, or to the sensor. Most pixels are of these lines, so that their
 * shader does next to nothing.
 */
export const TRACE_VERTEX = `${COMMON}${STRIP}
flat out float reach;
flat out vec4 tint;
void main() {
  int vertices = 2 * segments + 4;
  gl_Position = OUTSIDE;
  fetch(gl_VertexID / vertices);
  if (hidden()) return;
  int number = clamp(gl_VertexID % vertices - 1, 0, vertices - 3);
  prepare();
  reach = look.y * mix(0.6, 1.0, grain) + 0.5;
  across = (float(number % 2) * 2.0 - 1.0) * reach;
  float alpha = (still > 0.5 ? 0.55 : trace) * fade() * exposure * light();
  tint = vec4(colours[int(look.z)] * alpha, alpha * (1.0 - 0.45 * glow));
  // A short curve needs few parts; triangles without an area cost next to nothing.
  int parts = bent ? segments : min(segments, 3 + int(length(curveTo - curveFrom) / 45.0));
  gl_Position = strip(min(float(min(number / 2, parts)) / float(parts), progress()), across);
}`;

export const TRACE_FRAGMENT = `#version 300 es
precision highp float;
in float across;
in float seen;
flat in float reach;
flat in vec4 tint;
out vec4 pixel;
void main() { pixel = tint * (clamp(reach - abs(across), 0.0, 1.0) * seen); }`;

/** A comet's tail, as long as it is in the air: bright at its head, with a halo. */
export const COMET_VERTEX = `${COMMON}${STRIP}
out float nearness;      // to the head: 1 there, 0 at the tail's end
flat out float halfWidth;
flat out vec3 colour;
flat out float strength;
void main() {
  int vertices = 2 * segments + 4;
  gl_Position = OUTSIDE;
  fetch(gl_VertexID / vertices);
  float head = progress();
  if (hidden() || head > 1.0 + TAIL) return;
  int number = clamp(gl_VertexID % vertices - 1, 0, vertices - 3);
  prepare();
  halfWidth = look.y * mix(0.6, 1.0, grain);
  across = (float(number % 2) * 2.0 - 1.0) * (halfWidth + HALO);
  colour = colours[int(look.z)];
  strength = exposure * light();
  float t = mix(max(0.0, head - TAIL), min(1.0, head), float(number / 2) / float(segments));
  nearness = 1.0 - (head - t) / TAIL;
  gl_Position = strip(t, across);
}`;

export const COMET_FRAGMENT = `#version 300 es
precision highp float;
in float across;
in float seen;
in float nearness;
flat in float halfWidth;
flat in vec3 colour;
flat in float strength;
uniform float glow;
out vec4 pixel;
void main() {
  float comet = nearness * nearness;
  float core = clamp(halfWidth + 0.5 - abs(across), 0.0, 1.0);
  float off = across / (halfWidth + ${HALO});
  float halo = 1.0 - off * off;
  float alpha = max(core, 0.32 * halo * halo) * comet * seen * strength;
  vec3 light = mix(colour, vec3(1.0), glow * 0.35 * comet * comet * core);
  pixel = vec4(light * alpha, alpha * (1.0 - 0.45 * glow));
}`;

/** A quad at the source (part 0), the comet's head (1) or the sensor (2); its corners by number. */
export const SPRITE_VERTEX = `${COMMON}
out vec2 uv;
flat out int kind;       // 0 dot, 1 ring, 2 glyph, 3 impact
flat out float alpha;
flat out float radius;
flat out vec3 colour;
flat out float glyph;
void main() {
  gl_Position = OUTSIDE;
  fetch(gl_VertexID / ${SPRITE_VERTICES});
  if (hidden()) return;
  int part = gl_VertexID % ${SPRITE_VERTICES} / 6;
  int number = clamp(gl_VertexID % 6 - 1, 0, 3);
  vec2 corner = vec2(float(number % 2), float(number / 2)) * 2.0 - 1.0;
  float weight = min(look.y, 4.0);
  vec2 p;
  if (part == 0) {
    if (behind(turn * unit(ends.xy))) return;
    kind = look.w >= 1.0 ? 1 : 0;
    float pulse = still > 0.5 ? 0.0 : exp(-4.0 * (time - timing.y));
    radius = ((kind == 1 ? 6.0 : 2.6) + weight * 0.5 + pulse * 5.0) * grain;
    alpha = fade() * (kind == 1 ? 0.8 : 0.9);
    p = onScreen(ends.xy);
  } else if (part == 1) {
    float head = progress();
    if (head > 1.0 && still < 0.5) return;
    kind = 2;
    radius = (5.5 + weight) * grain;
    alpha = still > 0.5 ? fade() : 1.0;
    prepare();
    vec3 there = way(still > 0.5 ? 0.5 : head);
    if (there.z < 0.5) return;
    p = there.xy;
  } else {
    float age = time - timing.y - timing.z;
    bool away = timing.x < 0.5 && behind(turn * unit(ends.zw));
    if (age < 0.0 || age > 0.9 || still > 0.5 || away) return;
    kind = 3;
    radius = (5.0 + (18.0 + weight * 3.0) * (1.0 - pow(1.0 - age / 0.9, 2.0))) * grain;
    alpha = 0.75 * (1.0 - age / 0.9);
    p = timing.x > 0.5 ? ends.zw : onScreen(ends.zw);
  }
  alpha *= light() * sqrt(exposure);
  uv = corner;
  colour = colours[int(look.z)];
  glyph = look.z;
  gl_Position = clip(p + corner * (radius + 1.5));
}`;

export const SPRITE_FRAGMENT = `#version 300 es
precision highp float;
in vec2 uv;
flat in int kind;
flat in float alpha;
flat in float radius;
flat in vec3 colour;
flat in float glyph;
uniform sampler2D glyphs; // a row of cells, one per type
uniform float glow;
out vec4 pixel;
void main() {
  float reach = radius + 1.5;
  float distance = length(uv) * reach;
  float shape;
  if (kind == 0) shape = 1.0 - smoothstep(radius - 0.7, radius + 0.7, distance);
  else if (kind == 2) shape = abs(uv.x) > 0.98 || abs(uv.y) > 0.98 ? 0.0 : texture(glyphs, vec2((glyph + uv.x * 0.5 + 0.5) / 11.0, uv.y * 0.5 + 0.5)).a;
  else shape = 1.0 - smoothstep(0.5, 1.6, abs(distance - radius + 1.0));
  float a = shape * alpha;
  vec3 light = kind == 2 ? mix(colour, vec3(1.0), 0.35 * glow) : colour;
  pixel = vec4(light * a, a * (1.0 - 0.35 * glow));
}`;
