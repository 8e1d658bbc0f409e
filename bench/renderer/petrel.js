/**
 * Petrel's own modules, as <petrel-map> uses them in its frame callback.
 */

import { ArcLayer } from '../../web/js/map/arc-layer.js';
import { BaseLayer } from '../../web/js/map/base-layer.js';
import { Camera } from '../../web/js/map/camera.js';
import { Emphasis } from '../../web/js/map/emphasis.js';
import { placeOf } from '../../web/js/map/projection.js';
import { loadWorld } from '../../web/js/map/world.js';
import { arcSource, START_SECONDS } from './world.js';

const UNCOVERED = { top: 0, right: 0, bottom: 0, left: 0 };
/** The arcs of the first picture begin over this time, in seconds: about as long as one lives. */
const SPREAD = 6;

function canvasNamed(id) {
  const canvas = /** @type {HTMLCanvasElement} */ (document.getElementById(id));
  canvas.width = innerWidth;
  canvas.height = innerHeight;
  return canvas;
}

/** The arcs. @param {number} arcs */
export function petrel(arcs) {
  const camera = new Camera();
  camera.resize(innerWidth, innerHeight, UNCOVERED);
  const layer = new ArcLayer(canvasNamed('stage'), camera, { shows: () => true }, new Emphasis(() => null), 'webgl2');
  if (layer.kind !== 'webgl2') throw new Error('this browser has no WebGL2');
  const next = arcSource();
  const fill = (now, spread) => {
    for (let missing = arcs - layer.size; missing > 0; missing -= 1) {
      const { from: [lon, lat], to, type, sensor } = next();
      const message = { lat, lon, accuracy: 'city', country: 'ZZ', sensor, type, severity: 'low', count: 1, span: { after: '0', upTo: '1' } };
      layer.add(message, { ...placeOf(...to), onScreen: false }, now - Math.random() * spread, now);
    }
  };
  fill(START_SECONDS, SPREAD);
  return { draw: (now) => layer.draw(now), renew: (now) => fill(now, 0) };
}

/** A camera that tells nobody: the measured callback paints, and nothing else may. */
class QuietCamera extends Camera {
  addEventListener() {}
}

/** Sea, countries and night of a globe that turns a little with every frame. */
export async function earth() {
  const camera = new QuietCamera();
  camera.resize(innerWidth, innerHeight, UNCOVERED);
  const base = new BaseLayer(canvasNamed('base'), camera);
  base.countries = await loadWorld('../../assets/world.json');
  base.shine(Date.UTC(2026, 5, 1, 12));
  camera.setView('globe', true);
  return { draw: () => { camera.panBy(3, 0); base.paint(); }, renew: () => {} };
}
