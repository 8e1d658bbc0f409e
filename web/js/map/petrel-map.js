/**
 * <petrel-map>: the world, flat or as a globe, with the arcs in the air.
 */

import { h } from '../dom.js';
import { counted } from '../format.js';
import { readRow } from '../live/row.js';
import { onThemeChange } from '../theme.js';
import { ArcLayer } from './arc-layer.js';
import { BaseLayer } from './base-layer.js';
import { Camera } from './camera.js';
import { ClusterMarks, clustersOf } from './clusters.js';
import { Emphasis } from './emphasis.js';
import { steer } from './gestures.js';
import { arcText, Hint } from './hint.js';
import { MapClock } from './map-clock.js';
import { Markers } from './markers.js';
import { linkedView, linkView, MapOptions } from './options.js';
import { PostMarks } from './post-marks.js';
import { Pace } from './pace.js';
import { REACH_PX } from './picker.js';
import { placeOf } from './projection.js';
import { SourcePlaces } from './source-places.js';
import { Tray } from './tray.js';
import { loadWorld } from './world.js';

/** Labels and circles follow what happens at this pace; in between they only move with the camera. */
const LABELS_INTERVAL_MS = 300;
const MOST_RATIO = 2;

/** The map. Give it its model with `connect`. */
export class PetrelMap extends HTMLElement {
  /** Where the viewer looks. */
  camera = new Camera();
  /** Where the events behind a number of the tray are; a board leads nowhere. @type {(query: string) => string|null} */
  addressOf = () => null;
  /** How the viewer wants it drawn. */
  options = new MapOptions();
  /** What makes arcs stand out. */
  emphasis = new Emphasis(() => (this.#model.snapshot?.mode === 'replay' ? this.#model.snapshot.clock : null));

  #base = h('canvas.map-canvas', { 'aria-hidden': 'true' });
  #front = h('canvas.map-canvas', { 'aria-hidden': 'true' });
  #layer = h('div.map-markers');
  #hint = new Hint();
  #clock = new MapClock();
  #pace = new Pace();
  #still = matchMedia('(prefers-reduced-motion: reduce)');
  /** @type {import('../model.js').Model} */
  #model;
  /** @type {ArcLayer} */
  #arcs;
  /** @type {BaseLayer} */
  #land;
  #markers;
  #tray;
  #posts;
  #circles;
  #sources = new SourcePlaces();
  /** @type {Map<string, import('./projection.js').Place & {onScreen: false}>} */
  #places = new Map();
  #stage = '';
  #running = false;
  #labelsAt = 0;
  /** @type {import('./arc-layer.js').RendererChoice} */
  #drawnBy = 'auto';

  /** @param {import('../model.js').Model} model @param {HTMLElement} freeArea the part of the map that no panel covers */
  connect(model, freeArea) {
    this.#model = model;
    this.tabIndex = 0;
    this.setAttribute('role', 'application');
    const openSensor = (name) => model.select({ kind: 'top', top: 'sensors', key: name, label: name });
    this.#tray = new Tray(openSensor);
    freeArea.append(this.#tray.element);
    this.append(this.#base, this.#front, this.#layer, this.#hint.element);
    const { camera } = this;
    camera.restore({ view: linkedView() });
    this.#land = new BaseLayer(this.#base, camera);
    this.#markers = new Markers(this.#layer, camera, openSensor);
    this.#posts = new PostMarks(this.#layer, camera, (id) => model.select({ kind: 'event', id }));
    this.#circles = new ClusterMarks(this.#layer, camera, ({ places }) => model.select({ kind: 'places', places }), () => [...this.#places.values()]);
    this.#drawnBy = this.options.renderer;
    this.#arcs = new ArcLayer(this.#front, camera, model.filter, this.emphasis, this.#drawnBy);
    this.dataset.renderer = this.#arcs.kind;
    steer(this, camera, (x, y, isTouch) => this.#click(x, y, isTouch), () => this.#still.matches);
    this.#hint.follow(this, (x, y, isPressed) => this.#textAt(x, y, isPressed));
    const sizes = new ResizeObserver(() => this.#resize(freeArea));
    for (const element of [freeArea, this]) sizes.observe(element);
    this.#watch(model);
    this.#nameView();
    this.#resize(freeArea);
    loadWorld('assets/world.json').then((countries) => { this.#land.countries = countries; });
  }

  #watch(model) {
    const { camera } = this;
    camera.addEventListener('change', () => this.#wake());
    camera.addEventListener('view', () => {
      linkView(camera.view);
      this.#nameView();
    });
    this.options.addEventListener('change', () => {
      this.#shine();
      this.emphasis.choose(this.options.emphasis);
      if (this.options.renderer !== this.#drawnBy) this.#drawBy(this.options.renderer);
    });
    this.emphasis.addEventListener('change', () => this.#wake());
    this.emphasis.choose(this.options.emphasis);
    onThemeChange(() => {
      this.#land.recolour();
      this.#arcs.recolour();
      this.#wake();
    });
    model.addEventListener('arcs', ({ detail }) => this.#take(detail));
    model.addEventListener('change', () => this.#update());
    model.addEventListener('rows', ({ detail }) => this.#posts.add(detail));
    model.addEventListener('stage', () => {
      // A replay's events come again; live, some may have been missed.
      if (model.snapshot?.mode === 'replay') this.#sources.clear();
      else this.#sources.interrupt();
      this.#posts.replace(model.snapshot?.recent.map(readRow) ?? []);
    });
    model.addEventListener('pause', () => { this.#clock.freeze(model.paused); this.#wake(); });
    model.filter.addEventListener('change', () => { this.#sources.clear(); this.#wake(); });
  }

  /** Who draws the arcs, and how many at most. @returns {{kind: 'webgl2'|'canvas', budget: number}} */
  get renderer() {
    return this.#arcs;
  }

  /** How many arcs are in the air. */
  arcCount() {
    return this.#arcs.visible(this.#clock.now()).length;
  }

  /**
   * A point of an arc that can be clicked, in CSS pixels of the viewport.
   * @param {number} index from 0 to `arcCount()` − 1
   * @returns {{x: number, y: number, key: string, count: number}|null} null also for an arc behind the globe
   */
  arcAt(index) {
    const now = this.#clock.now();
    const arc = this.#arcs.visible(now)[index];
    if (!arc) return null;
    const box = this.getBoundingClientRect();
    const isFree = (x, y) => {
      const top = document.elementFromPoint(x + box.left, y + box.top);
      return top !== null && this.contains(top) && !top.closest('button');
    };
    const point = this.#arcs.pointOf(arc, now, isFree);
    return point && { x: point.x + box.left, y: point.y + box.top, key: arc.key, count: arc.count };
  }

  /** Key of the arc at a place of the viewport, or null. @param {number} x @param {number} y */
  pick(x, y) {
    const box = this.getBoundingClientRect();
    return this.#arcs.near(x - box.left, y - box.top, this.#clock.now())?.key ?? null;
  }

  /** Goes from the flat map to the globe, or back. */
  toggleView() {
    this.camera.setView(this.camera.view === 'globe' ? 'flat' : 'globe', this.#still.matches);
  }

  /** Goes on with another renderer, on a canvas of its own: a canvas keeps the first that it was given. */
  #drawBy(choice) {
    const { width, height } = this.#front;
    const canvas = h('canvas.map-canvas', { 'aria-hidden': 'true', width, height });
    this.#front.replaceWith(canvas);
    this.#front = canvas;
    this.#drawnBy = this.options.renderer;
    this.#pace.restart();
    this.#arcs.drawOn(canvas, choice);
    this.dataset.renderer = this.#arcs.kind;
    this.dispatchEvent(new Event('renderer'));
    this.#wake();
  }

  #nameView() {
    const { view } = this.camera;
    this.dataset.view = view;
    this.setAttribute('aria-label', `${view === 'globe' ? 'Globe' : 'World map'} of attacks. Arrow keys ${view === 'globe' ? 'turn it' : 'move'}, plus and minus zoom, 0 shows the whole world.`);
  }

  /** Numbers have changed: shade countries, place sensors, let the sun move. */
  #update() {
    const { countries, sensors, unplaced } = this.#model.snapshot;
    const { stage } = this.#model;
    if (stage !== this.#stage) {
      if (this.#stage) { this.#arcs.clear(); this.#sources.clear(); }
      this.#stage = stage;
    }
    this.#land.shade(countries);
    this.#shine();
    const placed = sensors.filter(({ lat, lon }) => Number.isFinite(lat) && Number.isFinite(lon));
    this.#places = new Map(placed.map(({ name, lat, lon }) => [name, { ...placeOf(lon, lat), onScreen: false }]));
    this.#markers.setSensors(placed);
    this.#tray.show(sensors.filter((sensor) => !placed.includes(sensor)).map(({ name }) => name), unplaced, this.addressOf);
    this.#label(this.#clock.now());
  }

  #shine() {
    const clock = this.#model.snapshot?.clock;
    this.#land.shine(this.options.night && clock !== undefined ? clock : null);
  }

  #take({ arcs, spreadSeconds }) {
    this.#update();
    const now = this.#clock.now();
    const { viewer, filter } = this.#model;
    for (const message of arcs) {
      if (!filter.shows(message.type)) {
        viewer.addShed(message.count, 'filtered');
        continue;
      }
      this.#sources.add(message, now);
      const fate = this.#arcs.add(message, this.#target(message.sensor), now + Math.random() * spreadSeconds, now);
      if (fate === 'shed') viewer.addShed(message.count, 'budget');
      else {
        viewer.drawn += fate === 'drawn' ? 1 : 0;
        viewer.merged += message.count - (fate === 'drawn' ? 1 : 0);
      }
    }
    this.#wake();
  }

  /** Where arcs to a sensor end: its place, or its entry in the tray. */
  #target(sensor) {
    const place = this.#places.get(sensor);
    if (place) return place;
    const box = this.getBoundingClientRect();
    const [x, y] = this.#tray.anchorOf(sensor ?? '');
    return { x: x - box.left, y: y - box.top, onScreen: true };
  }

  #click(x, y, isTouch) {
    const arc = this.#arcs.near(x, y, this.#clock.now(), isTouch ? REACH_PX.touch : REACH_PX.mouse);
    const country = arc ? null : this.#land.countryAt(x, y);
    if (arc) this.#model.select({ kind: 'arc', arc });
    else if (country) this.#model.select({ kind: 'top', top: 'countries', key: country.code, label: country.name });
  }

  #textAt(x, y, isPressed) {
    const arc = isPressed ? null : this.#arcs.near(x, y, this.#clock.now());
    this.classList.toggle('over-arc', arc !== null);
    if (arc) return arcText(arc);
    const country = isPressed ? null : this.#land.countryAt(x, y);
    return country ? `${country.name} · ${counted(this.#model.snapshot?.countries[country.code] ?? 0, 'attack')}` : null;
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
    this.camera.resize(box.width, box.height, {
      top: free.top - box.top, right: box.right - free.right, bottom: box.bottom - free.bottom, left: free.left - box.left,
    });
    this.#arcs.anchor((arc) => this.#target(arc.message.sensor));
  }

  #wake() {
    if (this.#running) return;
    this.#running = true;
    requestAnimationFrame(() => this.#frame());
  }

  /** One frame; the next is asked for only while something moves. */
  #frame() {
    const now = this.#clock.now();
    this.#arcs.still = this.#still.matches;
    this.#arcs.draw(now);
    this.#label(now);
    this.#running = false;
    if (this.#pace.struggles && this.options.renderer === 'auto' && this.#arcs.kind === 'webgl2') this.#drawBy('canvas');
    if (this.#arcs.size === 0 || this.#clock.frozen) this.#pace.stop();
    else {
      const rest = this.#pace.next(performance.now());
      if (rest === 0) this.#wake();
      else setTimeout(() => this.#wake(), rest);
    }
  }

  /** Labels and circles, at their own pace. */
  #label(now) {
    if (performance.now() - this.#labelsAt < LABELS_INTERVAL_MS && !this.#clock.frozen) return;
    this.#labelsAt = performance.now();
    this.#markers.showMultiples(this.#arcs.leaders(now));
    this.#circles.show(clustersOf(this.#sources.recent(now), this.camera));
  }
}

customElements.define('petrel-map', PetrelMap);
