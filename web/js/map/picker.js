/**
 * Finds the arc under a point of the map. It is asked when the pointer moves or clicks, not with every frame.
 */

import { wayOf } from './arc-shape.js';
import { distanceToSegment } from './curve.js';

/** How near is on the arc, in CSS pixels: for a mouse and for a fingertip. */
export const REACH_PX = { mouse: 9, touch: 20 };
const SEGMENTS = 24;
/** Points that tell roughly where an arc lies. */
const OUTLINE = [0, 0.25, 0.5, 0.75, 1];
/** A way leaves the box of these points by less than this share of the box. */
const SLACK = 0.15;

/**
 * @param {Iterable<import('./arc-set.js').Arc>} arcs
 * @param {import('./camera.js').Camera} camera
 * @param {number} x CSS pixels
 * @param {number} y
 * @param {(arc: import('./arc-set.js').Arc) => number} flownOf the share of the way that its comet has flown
 * @param {number} reach how near is on the arc, in CSS pixels
 * @returns {import('./arc-set.js').Arc|null} the nearest within reach
 */
export function arcNear(arcs, camera, x, y, flownOf, reach) {
  let best = null;
  let nearest = reach;
  for (const arc of arcs) {
    const way = wayOf(arc, camera);
    if (!mayReach(way, x, y, reach)) continue;
    const flown = flownOf(arc);
    let before = way(0);
    for (let step = 1; step <= SEGMENTS * flown; step += 1) {
      const point = way(step / SEGMENTS);
      const distance = distanceToSegment(x, y, before, point);
      if (distance < nearest && (before[2] || point[2])) {
        nearest = distance;
        best = arc;
      }
      before = point;
    }
  }
  return best;
}

/** Whether a point lies near the box of a way; most arcs need no closer look. */
function mayReach(way, x, y, reach) {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const t of OUTLINE) {
    const [px, py] = way(t);
    left = Math.min(left, px);
    right = Math.max(right, px);
    top = Math.min(top, py);
    bottom = Math.max(bottom, py);
  }
  const slack = reach + SLACK * Math.max(right - left, bottom - top);
  return x > left - slack && x < right + slack && y > top - slack && y < bottom + slack;
}
