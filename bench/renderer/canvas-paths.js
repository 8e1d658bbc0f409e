/**
 * The usual way of attack maps: every frame clears a 2D canvas, walks over all arcs and strokes one path for each, with a
 * dot at its head. No shadow and no gradient, which would make it slower.
 */

import { project } from '../../web/js/map/projection.js';
import { arcSource, START_SECONDS } from './world.js';

const COLOURS = { scan: '#5cc0f5', bruteforce: '#f2a11f', web: '#2fc69a', exploit: '#ff6f4e', malware: '#e38cc0', dos: '#f3e25a' };
/** As long as an arc of Petrel's lives, in seconds. */
const LIFE = 6;
const FLIGHT = 1.6;
const BEND = 0.2;

/** @param {number} count arcs in the air */
export function canvasPaths(count) {
  const canvas = /** @type {HTMLCanvasElement} */ (document.getElementById('stage'));
  canvas.width = innerWidth;
  canvas.height = innerHeight;
  const context = canvas.getContext('2d');
  const scale = innerWidth / 5.5;
  const next = arcSource();
  const onScreen = ([lon, lat]) => {
    const [x, y] = project(lon, lat);
    return [innerWidth / 2 + x * scale, innerHeight / 2 + y * scale];
  };
  const born = (start) => {
    const { from, to, type } = next();
    const [x0, y0] = onScreen(from);
    const [x1, y1] = onScreen(to);
    return { x0, y0, x1, y1, cx: (x0 + x1) / 2 + (y1 - y0) * BEND, cy: (y0 + y1) / 2 - (x1 - x0) * BEND, start, colour: COLOURS[type] };
  };
  const arcs = Array.from({ length: count }, () => born(START_SECONDS - Math.random() * LIFE));

  const draw = (time) => {
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.lineWidth = 1.5;
    for (const { x0, y0, x1, y1, cx, cy, start, colour } of arcs) {
      const age = time - start;
      const head = Math.min(1, age / FLIGHT);
      // The first part of a quadratic curve is one again, with these points.
      const [mx, my] = [x0 + (cx - x0) * head, y0 + (cy - y0) * head];
      const [nx, ny] = [cx + (x1 - cx) * head, cy + (y1 - cy) * head];
      const [hx, hy] = [mx + (nx - mx) * head, my + (ny - my) * head];
      context.globalAlpha = head < 1 ? 0.8 : Math.max(0, 0.8 * (1 - (age - FLIGHT) / (LIFE - FLIGHT)));
      context.strokeStyle = colour;
      context.beginPath();
      context.moveTo(x0, y0);
      context.quadraticCurveTo(mx, my, hx, hy);
      context.stroke();
      if (head === 1) continue;
      context.fillStyle = colour;
      context.beginPath();
      context.arc(hx, hy, 3, 0, 2 * Math.PI);
      context.fill();
    }
  };
  const renew = (time) => arcs.forEach((arc, index) => { if (time - arc.start > LIFE) arcs[index] = born(time); });
  return { draw, renew };
}
