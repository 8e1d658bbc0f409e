/**
 * <petrel-board>: what stands beside the map of a wall board: the total, the clock, the state of the connection, and one
 * panel after another.
 */

import { ask } from '../api.js';
import { h, setText } from '../dom.js';
import { count, dateTime, rate, timeOfDay, utc } from '../format.js';
import { throughLens } from '../noise.js';
import { typeGlyph, typeLabel } from '../types.js';
import { PANELS } from './panels.js';
import { Tone } from './tone.js';

/** Kinds in the legend; one line of them. */
const LEGEND = 6;
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const MODES = { simulated: 'Simulated: invented events', replay: 'Replay of stored events' };
const TROUBLES = { connecting: 'Connecting', reconnecting: 'No connection', stale: 'No answer', polling: '' };

customElements.define('petrel-board', class extends HTMLElement {
  #model;
  #total = h('output.board-total', { data: { testid: 'board-total' } });
  #pace = h('span.board-pace-now');
  #window = h('span.board-window');
  #mode = h('p.board-mode', { hidden: true, data: { testid: 'board-mode' } });
  #clock = h('time.board-clock');
  #day = h('span.board-day');
  #sound = h('span.board-sound', { hidden: true, role: 'status', data: { testid: 'board-sound' } });
  #trouble = h('p.board-trouble', { hidden: true, role: 'alert', data: { testid: 'board-trouble' } });
  #title = h('h2.board-title', { id: 'board-title' });
  #stage = h('section.board-panel', { 'aria-labelledby': 'board-title', data: { testid: 'board-panel' } });
  #dots = h('div.board-dots', { 'aria-hidden': true });
  #legend = h('ul.board-legend', { 'aria-label': 'Kinds of attacks on the map' });
  #shownTypes = '';
  #tone = new Tone();
  /** @type {import('./panels.js').Panel[]} */
  #panels = [];
  #names = [];
  #index = -1;
  #isHeld = false;
  #turnedAt = 0;
  #seconds = 0;
  #heardAt = 0;
  #hourAt = 0;

  /**
   * @param {import('../model.js').Model} model
   * @param {{panels: string[], seconds: number, sound: boolean}} settings
   * @param {HTMLElement} hidden how much noise is hidden
   */
  connect(model, { panels, seconds, sound }, hidden) {
    this.#model = model;
    this.#names = panels;
    this.#seconds = seconds;
    this.#panels = panels.map((name) => PANELS[name]());
    this.#dots.append(...panels.map(() => h('i')));
    this.append(
      h('header.board-head', {}, h('div', {}, h('p.board-label', {}, 'Attacks, ', this.#window), this.#total, this.#pace, hidden), h('div.board-when', {}, this.#clock, this.#day, this.#sound)),
      this.#mode, this.#title, this.#stage, this.#dots, this.#trouble);
    this.after(this.#legend);
    model.addEventListener('change', () => this.#show());
    model.addEventListener('status', () => this.#showTrouble());
    model.addEventListener('query', () => this.#askHour(true));
    model.addEventListener('rows', ({ detail }) => this.#listen(detail));
    setInterval(() => this.#tick(), SECOND);
    if (sound) this.toggleSound();
    this.#turnTo(0);
    this.#tick();
  }

  /** Goes to the panel before or behind. @param {number} step */
  turn(step) {
    this.#turnTo((this.#index + step + this.#panels.length) % this.#panels.length);
  }

  get isHeld() {
    return this.#isHeld;
  }

  get isHeard() {
    return this.#tone.isOn;
  }

  /** Lets the panel stand, or the panels turn again. */
  hold() {
    this.#isHeld = !this.#isHeld;
    this.#dots.classList.toggle('held', this.#isHeld);
    this.#turnedAt = performance.now();
  }

  async toggleSound() {
    await this.#tone.toggle();
    this.#showSound();
  }

  /** A key or a click: the browser lets the page be heard from now on. */
  async wake() {
    await this.#tone.wake();
    this.#showSound();
  }

  #showSound() {
    this.#sound.hidden = !this.#tone.isOn;
    setText(this.#sound, this.#tone.isWaiting ? 'Sound: press a key' : 'Sound on');
  }

  #turnTo(index) {
    this.#index = index;
    this.#turnedAt = performance.now();
    const panel = this.#panels[index];
    this.#stage.dataset.panel = this.#names[index];
    setText(this.#title, panel.title);
    if (this.#model.snapshot) panel.show(this.#model.snapshot);
    if (this.#stage.firstChild !== panel.element) this.#stage.replaceChildren(panel.element);
    [...this.#dots.children].forEach((dot, place) => dot.classList.toggle('here', place === index));
    this.#askHour();
  }

  #show() {
    const { snapshot } = this.#model;
    const { totals, rate: { now }, mode, upTo } = snapshot;
    this.#heardAt = Date.now();
    this.dataset.upto = upTo;
    setText(this.#total, count(totals.attacks));
    this.#total.dataset.count = totals.attacks;
    setText(this.#pace, `${rate(now)}/s`);
    setText(this.#window, mode === 'replay' ? 'since the window’s start' : 'last 24 hours');
    this.#mode.hidden = !MODES[mode];
    setText(this.#mode, MODES[mode] ?? '');
    this.#panels[this.#index].show(snapshot);
    this.#showLegend(snapshot.tops?.types ?? []);
  }

  /** What the marks on the map mean: the kinds that there are, the most frequent first. */
  #showLegend(types) {
    const names = types.slice(0, LEGEND).map(([name]) => name);
    if (names.join() === this.#shownTypes) return;
    this.#shownTypes = names.join();
    this.#legend.replaceChildren(...names.map((name) => h('li', {}, typeGlyph(name), typeLabel(name))));
  }

  #tick() {
    const { snapshot } = this.#model;
    const now = snapshot?.mode === 'replay' ? snapshot.clock : Date.now();
    setText(this.#clock, timeOfDay(now));
    this.#clock.title = utc(now);
    setText(this.#day, dateTime(now).split(',')[0]);
    if (!this.#isHeld && this.#panels.length > 1 && performance.now() - this.#turnedAt >= this.#seconds * SECOND) this.turn(1);
    this.#showTrouble();
    this.#askHour();
  }

  #showTrouble() {
    const { phase } = this.#model.feed.status;
    const trouble = TROUBLES[phase] ?? '';
    this.#trouble.hidden = !trouble;
    this.dataset.phase = phase;
    setText(this.#trouble, this.#heardAt && trouble ? `${trouble} since ${timeOfDay(this.#heardAt)}, trying again` : trouble);
  }

  /** The minutes of the last hour, while the panel that shows them is in sight. @param {boolean} [isOther] whether those that it has are not what is wanted any more */
  async #askHour(isOther = false) {
    const panel = this.#panels[this.#index];
    const now = Date.now();
    if (isOther) this.#hourAt = 0;
    if (!panel.wantsHour || !this.#model.snapshot || now - this.#hourAt < MINUTE) return;
    this.#hourAt = now;
    const { hidesNoise } = this.#model;
    if (this.#model.snapshot.mode === 'replay') return void panel.showHour(null);
    const to = Math.ceil(now / MINUTE) * MINUTE;
    const from = to - HOUR;
    try {
      const { spans } = await ask('histogram', { q: throughLens('event.family: attack', hidesNoise), from, to, interval: '1m' });
      if (hidesNoise !== this.#model.hidesNoise) return;
      const counts = new Map(spans.map(({ start, count: number }) => [Date.parse(start), number]));
      panel.showHour(Array.from({ length: HOUR / MINUTE }, (_, index) => ({ start: from + index * MINUTE, count: counts.get(from + index * MINUTE) ?? 0 })));
    } catch {
      // What does not answer is told of by the connection's state; the hour is asked for again a minute later.
      panel.showHour(null);
    }
  }

  #listen(rows) {
    if (rows.some(({ family, severity }) => family === 'attack' && severity === 'critical') && this.#tone.ring()) {
      this.dataset.rang = String(Number(this.dataset.rang ?? 0) + 1);
    }
  }
});
