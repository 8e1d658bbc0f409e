/**
 * <petrel-map>: the world with the arcs in the air.
 */

import { h } from '../dom.js';
import { counted } from '../format.js';
import { readRow } from '../live/row.js';
import { onThemeChange } from '../theme.js';
import { TYPES, typeLabel } from '../types.js';
import { ArcSet } from './arc-set.js';
import { BaseLayer } from './base-layer.js';
import { Camera } from './camera.js';
import { CanvasArcs } from './canvas-arcs.js';
import { controlPoint, distanceToSegment, pointAt } from './curve.js';
import { steer } from './gestures.js';
import { Markers } from './markers.js';
import { PostMarks } from './post-marks.js';
import { project } from './projection.js';
import { Tray } from './tray.js';
import { WebGLArcs } from './webgl-arcs.js';
import { loadWorld } from './world.js';

const PICK_PX = 9;
const PICK_SEGMENTS = 24;
const MULTIPLES_INTERVAL_MS = 300;
const MOST_RATIO = 2;

/** The map. Give it its model with `connect`. */
export class PetrelMap extends HTMLElement {
  #base = h('canvas.map-canvas', { 'aria-hidden': 'true' });
  #front = h('canvas.map-canvas', { 'aria-hidden': 'true' });
  #layer = h('div.map-markers');
  #hint = h('div.map-hint', { role: 'tooltip', hidden: true });
  #camera = new Camera();
  #still = matchMedia('(prefers-reduced-motion: reduce)');
  /** @type {import('../model.js').Model} */
  #model;
  /** @type {ArcSet} */
  #arcs;
  /** @type {WebGLArcs|CanvasArcs} */
  #renderer;
  /** @type {BaseLayer} */
  #land;
  #markers;
  #tray;
  #posts;
  /** @type {Map<string, [number, number]>} */
  #places = new Map();
  #stage = '';
  #running = false;
  #frozenAt = 0;
  #frozenFor = 0;
  #multiplesAt = 0;

  /** @param {import('../model.js').Model} model @param {HTMLElement} freeArea the part of the map that no panel covers */
  connect(model, freeArea) {
    this.#model = model;
    this.tabIndex = 0;
    this.setAttribute('role', 'application');
    this.setAttribute('aria-label', 'World map of attacks. Arrow keys move, plus and minus zoom, 0 shows the whole world.');
    const openSensor = (name) => model.select({ kind: 'top', top: 'sensors', key: name, label: name });
    this.#tray = new Tray(openSensor);
    freeArea.append(this.#tray.element);
    this.append(this.#base, this.#front, this.#layer, this.#hint);
    this.#land = new BaseLayer(this.#base, this.#camera);
    this.#markers = new Markers(this.#layer, this.#camera, openSensor);
    this.#posts = new PostMarks(this.#layer, this.#camera, (id) => model.select({ kind: 'event', id }));
    this.#createRenderer();
    steer(this, this.#camera, (x, y) => this.#click(x, y));
    this.addEventListener('pointermove', (event) => this.#hover(event));
    this.addEventListener('pointerleave', () => { this.#hint.hidden = true; });
    new ResizeObserver(() => this.#resize(freeArea)).observe(freeArea);
    new ResizeObserver(() => this.#resize(freeArea)).observe(this);
    this.#camera.addEventListener('change', () => this.#wake());
    onThemeChange(() => {
      this.#land.recolour();
      this.#renderer.recolour();
      this.#wake();
    });
    model.addEventListener('arcs', ({ detail }) => this.#take(detail));
    model.addEventListener('change', () => this.#update());
    model.addEventListener('rows', ({ detail }) => this.#posts.add(detail));
    model.addEventListener('stage', () => this.#posts.replace(model.snapshot?.recent.map(readRow) ?? []));
    model.addEventListener('pause', () => this.#freeze(model.paused));
    model.filter.addEventListener('change', () => this.#wake());
    this.#resize(freeArea);
    loadWorld('assets/world.json').then((countries) => {
      this.#land.countries = countries;
      this.#land.invalidate();
    });
  }

  /** Where the viewer looks; `state` and `restore` for links. */
  get camera() {
    return this.#camera;
  }

  /** How many arcs are in the air. */
  arcCount() {
    return this.#visibleArcs().length;
  }

  /**
   * A point of an arc that can be clicked, in CSS pixels of the viewport.
   * @param {number} index from 0 to `arcCount()` − 1
   * @returns {{x: number, y: number, key: string, count: number}|null}
   */
  arcAt(index) {
    const arc = this.#visibleArcs()[index];
    if (!arc) return null;
    const box = this.getBoundingClientRect();
    const { from, to } = this.#endsOf(arc);
    const control = controlPoint(from, to, arc.bend);
    for (const share of [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9]) {
      const [x, y] = pointAt(from, control, to, share);
      const top = document.elementFromPoint(x + box.left, y + box.top);
      if (top && this.contains(top) && this.#arcNear(x, y) === arc) {
        return { x: x + box.left, y: y + box.top, key: arc.key, count: arc.count };
      }
    }
    return null;
  }

  /** Key of the arc at a place of the viewport, or null. @param {number} x @param {number} y */
  pick(x, y) {
    const box = this.getBoundingClientRect();
    return this.#arcNear(x - box.left, y - box.top)?.key ?? null;
  }

  #createRenderer() {
    const wanted = new URLSearchParams(location.search).get('renderer');
    if (wanted !== 'canvas') {
      const arcs = new ArcSet(WebGLArcs.budget);
      const renderer = WebGLArcs.create(this.#front, arcs, this.#camera);
      if (renderer) {
        this.#arcs = arcs;
        this.#renderer = renderer;
        this.dataset.renderer = 'webgl2';
        return;
      }
    }
    this.#arcs = new ArcSet(CanvasArcs.budget);
    this.#renderer = new CanvasArcs(this.#front, this.#arcs, this.#camera);
    this.dataset.renderer = 'canvas';
  }

  /** Numbers have changed: shade countries, place sensors. */
  #update() {
    const { countries, sensors, unplaced } = this.#model.snapshot;
    const { stage } = this.#model;
    if (stage !== this.#stage) {
      if (this.#stage) this.#arcs.clear();
      this.#stage = stage;
    }
    this.#land.shade(countries);
    const placed = sensors.filter(({ lat, lon }) => lat !== undefined && lat !== null && lon !== undefined && lon !== null);
    this.#places = new Map(placed.map(({ name, lat, lon }) => [name, project(lon, lat)]));
    this.#markers.setSensors(placed);
    this.#tray.show(sensors.filter((sensor) => !placed.includes(sensor)).map(({ name }) => name), unplaced);
  }

  #take({ arcs, spreadSeconds }) {
    this.#update();
    const now = this.#now();
    const { viewer, filter } = this.#model;
    this.#arcs.expire(now);
    for (const message of arcs) {
      if (!filter.shows(message.type)) {
        viewer.addShed(message.count, 'filtered');
        continue;
      }
      const start = now + Math.random() * spreadSeconds;
      const { fate, arc } = this.#arcs.add(message, project(message.lon, message.lat), this.#target(message.sensor), start, now);
      if (fate === 'shed') viewer.addShed(message.count, 'budget');
      else {
        viewer.drawn += fate === 'drawn' ? 1 : 0;
        viewer.merged += message.count - (fate === 'drawn' ? 1 : 0);
        this.#renderer.write(arc);
      }
    }
    this.#wake();
  }

  /** Where arcs to a sensor end: its place, or its entry in the tray. */
  #target(sensor) {
    const place = this.#places.get(sensor);
    if (place) return { x: place[0], y: place[1], onScreen: false };
    const box = this.getBoundingClientRect();
    const [x, y] = this.#tray.anchorOf(sensor ?? '');
    return { x: x - box.left, y: y - box.top, onScreen: true };
  }

  #endsOf(arc) {
    const from = this.#camera.toScreen(arc.from);
    const to = arc.to.onScreen ? [arc.to.x, arc.to.y] : this.#camera.toScreen([arc.to.x, arc.to.y]);
    return { from, to };
  }

  #visibleArcs() {
    const now = this.#now();
    const { filter } = this.#model;
    return [...this.#arcs.live.values()].filter((arc) => arc.start < now && arc.end > now && filter.shows(arc.message.type));
  }

  /** The arc nearest to a point of the map, within reach. */
  #arcNear(x, y) {
    const now = this.#now();
    let best = null;
    let nearest = PICK_PX;
    for (const arc of this.#visibleArcs()) {
      const { from, to } = this.#endsOf(arc);
      const control = controlPoint(from, to, arc.bend);
      const flown = this.#still.matches ? 1 : Math.min(1, (now - arc.start) / arc.flight);
      let before = from;
      for (let step = 1; step <= PICK_SEGMENTS * flown; step += 1) {
        const point = pointAt(from, control, to, step / PICK_SEGMENTS);
        const distance = distanceToSegment(x, y, before, point);
        if (distance < nearest) {
          nearest = distance;
          best = arc;
        }
        before = point;
      }
    }
    return best;
  }

  #click(x, y) {
    const arc = this.#arcNear(x, y);
    if (arc) this.#model.select({ kind: 'arc', arc });
  }

  #hover(event) {
    const box = this.getBoundingClientRect();
    const x = event.clientX - box.left;
    const y = event.clientY - box.top;
    const arc = event.buttons ? null : this.#arcNear(x, y);
    const country = arc || event.buttons ? null : this.#land.countryAt(x, y);
    this.classList.toggle('over-arc', arc !== null);
    this.#hint.hidden = !arc && !country;
    if (arc) {
      const { type, country: code, sensor } = arc.message;
      this.#hint.textContent = `${typeLabel(type)} · ${code ?? '??'} → ${sensor ?? 'unnamed sensor'} · ${counted(arc.count, 'event')}`;
    } else if (country) {
      this.#hint.textContent = `${country.name} · ${counted(this.#model.snapshot?.countries[country.code] ?? 0, 'attack')}`;
    }
    const left = x > box.width - 260;
    this.#hint.style.transform = `translate(${x + (left ? -14 : 14)}px, ${y + 14}px)${left ? ' translateX(-100%)' : ''}`;
  }

  #resize(freeArea) {
    const box = this.getBoundingClientRect();
    const free = freeArea.getBoundingClientRect();
    if (!box.width || !box.height) return;
    const ratio = Math.min(MOST_RATIO, devicePixelRatio || 1);
    for (const canvas of [this.#base, this.#front]) {
      canvas.width = Math.round(box.width * ratio);
      canvas.height = Math.round(box.height * ratio);
    }
    this.#camera.resize(box.width, box.height, {
      top: free.top - box.top, right: box.right - free.right, bottom: box.bottom - free.bottom, left: free.left - box.left,
    });
    for (const arc of this.#arcs.live.values()) {
      if (!arc.to.onScreen) continue;
      arc.to = this.#target(arc.message.sensor);
      this.#renderer.write(arc);
    }
  }

  #freeze(paused) {
    if (paused) this.#frozenAt = performance.now();
    else {
      this.#frozenFor += performance.now() - this.#frozenAt;
      this.#frozenAt = 0;
      this.#wake();
    }
  }

  /** The map's seconds, which stand still while paused. */
  #now() {
    return ((this.#frozenAt || performance.now()) - this.#frozenFor) / 1000;
  }

  #wake() {
    if (this.#running) return;
    this.#running = true;
    requestAnimationFrame(() => this.#frame());
  }

  /** One frame; the next is asked for only while something moves. */
  #frame() {
    const now = this.#now();
    this.#arcs.expire(now);
    const shown = TYPES.map(({ id }) => (this.#model.filter.shows(id) ? 1 : 0));
    this.#renderer.draw(now, { still: this.#still.matches, shown });
    if (performance.now() - this.#multiplesAt > MULTIPLES_INTERVAL_MS || this.#frozenAt) {
      this.#multiplesAt = performance.now();
      this.#markers.showMultiples(this.#visibleArcs(), (arc) => this.#endsOf(arc));
    }
    this.#running = false;
    if (this.#arcs.live.size > 0 && !this.#frozenAt) this.#wake();
  }
}

customElements.define('petrel-map', PetrelMap);
