/**
 * <petrel-histogram>: events over time, split or not, with a brush. Told `range` (detail: `{from, to}`) when the viewer has
 * chosen a stretch of it, by dragging or with the keys.
 */

import { h, icon, svg } from '../dom.js';
import { change, count, counted, period, shortCount, shortStamp, stamp } from '../format.js';
import { stepLabel } from '../range.js';
import { SEVERITIES, TYPES, typeLabel } from '../types.js';
import { ceiling, outline, remainder, seriesOf, stackedBars, timeTicks } from './histogram-shapes.js';

/** Room for the labels, in CSS pixels. */
export const PLOT_LEFT = 46;
const LEFT = PLOT_LEFT;
const BOTTOM = 20;
const TOP = 6;
/** Series with a colour of their own; seven hues can be told apart, the rest is grey. */
const MOST_SERIES = 7;
const DRAG_PX = 4;
const LABEL_PX = 110;
const DAY = 86_400_000;
const SQUARE = 'M1 1h14v14H1z';
const NAMED = { 'attack.type': TYPES.map(({ id }) => id), 'attack.severity': SEVERITIES, 'event.family': ['attack', 'post', 'record'] };
/** Values that have an order of their own, from below to above. */
const ORDERED = { 'attack.severity': SEVERITIES, 'event.family': NAMED['event.family'] };

/**
 * @typedef {object} Chart
 * @property {number} from
 * @property {number} to
 * @property {number} step milliseconds
 * @property {{start: number, count: number, previous?: number}[]} spans all events
 * @property {string} [split] the field of `parts`
 * @property {{start: number, value: any, count: number, previous?: number}[]} [parts]
 * @property {number|null} [coversSince] what lies before is still being counted
 */

customElements.define('petrel-histogram', class extends HTMLElement {
  #frame = h('div.chart-frame', { tabindex: 0, role: 'group', data: { testid: 'histogram' } });
  #picture = svg('svg', { 'aria-hidden': true });
  #legend = h('ul.chart-legend', { 'aria-label': 'Legend', hidden: true });
  #hint = h('div.chart-hint', { hidden: true, 'aria-live': 'polite' });
  #overlay = svg('g');
  /** @type {Chart|null} */
  #chart = null;
  #series = [];
  #totals = new Map();
  #width = 0;
  #height = 0;
  /** Chosen spans, by their starts. @type {{anchor: number, focus: number}|null} */
  #brush = null;
  #dragging = false;

  connectedCallback() {
    if (this.#frame.isConnected) return;
    this.#frame.append(this.#picture, this.#hint);
    this.append(this.#frame, this.#legend);
    new ResizeObserver(() => this.#draw()).observe(this.#frame);
    this.#frame.addEventListener('pointerdown', (event) => this.#press(event));
    this.#frame.addEventListener('pointermove', (event) => this.#move(event));
    this.#frame.addEventListener('pointerup', (event) => this.#release(event));
    this.#frame.addEventListener('pointercancel', () => this.#clearBrush());
    // A finger leaves when it is lifted; what it has tapped stays told until the focus goes elsewhere.
    this.#frame.addEventListener('pointerleave', ({ pointerType }) => pointerType === 'mouse' && !this.#dragging && this.#clearBrush());
    this.#frame.addEventListener('keydown', (event) => this.#key(event));
    this.#frame.addEventListener('blur', () => this.#clearBrush());
  }

  /** @param {Chart|null} chart */
  show(chart) {
    this.#chart = chart;
    if (chart) {
      this.#totals = new Map(chart.spans.map(({ start, count: number }) => [start, number]));
      const order = ORDERED[chart.split];
      const split = chart.split ? seriesOf(chart.parts ?? [], NAMED[chart.split] ? NAMED[chart.split].length : MOST_SERIES) : [];
      if (order) split.sort((one, other) => order.indexOf(one.name) - order.indexOf(other.name));
      const without = { ...remainder(this.#totals, split), previous: previousOf(chart.spans, split) };
      this.#series = chart.split ? [...split, ...(without.total ? [without] : [])] : [{ name: undefined, total: 0, counts: this.#totals }];
      this.#describe();
      this.#showLegend();
    }
    this.#draw();
    if (chart && this.#brush && !this.#dragging) this.#point(this.#brush, false);
  }

  #describe() {
    const { from, to, step, spans } = this.#chart;
    const total = spans.reduce((sum, span) => sum + span.count, 0);
    const peak = spans.reduce((best, span) => (span.count > (best?.count ?? 0) ? span : best), null);
    const most = peak ? ` Most: ${count(peak.count)} in the ${stepLabel(step)} from ${stamp(peak.start)}.` : '';
    this.#frame.setAttribute('aria-label', `Histogram, ${period(from, to)}: ${counted(total, 'event')}.${most} Arrow keys read spans, with Shift they choose, Enter shows what is chosen.`);
    this.#frame.dataset.total = String(total);
    this.#frame.dataset.spans = String(spans.length);
  }

  #className(series, index) {
    if (series.name === undefined) return 'series-0';
    if (series.name === null || series.name === '') return 'series-rest';
    return NAMED[this.#chart.split]?.includes(series.name) ? `series-name-${series.name}` : `series-${index + 1}`;
  }

  #label(series) {
    if (series.name === undefined) return 'Events';
    if (series.name === null) return 'Others';
    if (series.name === '') return 'Without a value';
    return this.#chart.split === 'attack.type' ? typeLabel(series.name) : series.name;
  }

  #mark(series, index) {
    const type = this.#chart.split === 'attack.type' ? TYPES.find(({ id }) => id === series.name) : null;
    return icon(type?.glyph ?? SQUARE, this.#className(series, index));
  }

  #showLegend() {
    this.#legend.hidden = !this.#chart.split;
    this.#legend.replaceChildren(...(this.#chart.split ? this.#series : []).map((series, index) => h('li', { data: { testid: 'legend-series', name: series.name ?? 'others' } },
      this.#mark(series, index), h('span.legend-name', { text: this.#label(series), title: this.#label(series) }), h('b', { text: shortCount(series.total), title: count(series.total) }), changeOf(series))));
  }

  #draw() {
    const box = this.#frame.getBoundingClientRect();
    if (!box.width || !this.#chart) return this.#picture.replaceChildren();
    const { from, to, step, spans, coversSince } = this.#chart;
    this.#width = Math.floor(box.width) - LEFT;
    this.#height = Math.floor(box.height) - BOTTOM - TOP;
    const stacked = spans.map(({ start, previous }) => Math.max(previous ?? 0, this.#totals.get(start) ?? 0,
      this.#chart.split ? this.#series.reduce((sum, one) => sum + (one.counts.get(start) ?? 0), 0) : 0));
    const most = ceiling(Math.max(1, ...stacked));
    const frame = { from, to, step, width: this.#width, height: this.#height, most };
    const parts = [];
    for (const part of [0.5, 1]) {
      const y = Math.round(this.#height * (1 - part)) + 0.5;
      parts.push(svg('path', { class: 'chart-grid', d: `M0 ${y}H${this.#width}` }), text(-8, y + 4, shortCount(most * part), 'end'));
    }
    stackedBars(this.#series, frame).forEach((d, index) => parts.push(svg('path', { class: this.#className(this.#series[index], index), d })));
    if (spans.some(({ previous }) => previous !== undefined)) {
      parts.push(svg('path', { class: 'chart-previous', d: outline(new Map(spans.map(({ start, previous }) => [start, previous ?? 0])), frame) }));
    }
    if (coversSince > from) parts.push(svg('rect', { class: 'chart-pending', x: 0, y: 0, width: this.#x(coversSince), height: this.#height }));
    parts.push(svg('path', { class: 'chart-base', d: `M0 ${this.#height + 0.5}H${this.#width}` }));
    for (const { time, step: size } of timeTicks(from, to, Math.max(1, Math.floor(this.#width / LABEL_PX)))) {
      const x = this.#x(time);
      if (x > 28 && x < this.#width - 28) parts.push(text(x, this.#height + 15, tickLabel(time, size, to - from), 'middle'));
    }
    this.#overlay = svg('g');
    this.#picture.replaceChildren(svg('g', { transform: `translate(${LEFT} ${TOP})` }, ...parts, this.#overlay));
    return undefined;
  }

  #x(time) {
    const { from, to } = this.#chart;
    return Math.max(0, Math.min(this.#width, ((time - from) / (to - from)) * this.#width));
  }

  /** The span under the pointer, by its start. The chart's edge is the last one, however thin: it has only begun. */
  #startAt(event) {
    const { from, to, step } = this.#chart;
    const x = event.clientX - this.#frame.getBoundingClientRect().left - LEFT;
    const time = x >= this.#width - 1 ? to - 1 : from + (Math.max(0, x) / this.#width) * (to - from);
    return Math.floor(time / step) * step;
  }

  #press(event) {
    if (!this.#chart || event.button !== 0) return;
    this.#dragging = true;
    this.#pressedAt = event.clientX;
    this.#brush = { anchor: this.#startAt(event), focus: this.#startAt(event) };
    this.#frame.setPointerCapture(event.pointerId);
  }

  #pressedAt = 0;

  #move(event) {
    if (!this.#chart) return;
    const start = this.#startAt(event);
    if (this.#dragging && this.#brush) this.#brush.focus = start;
    this.#point(this.#dragging ? this.#brush : { anchor: start, focus: start }, this.#dragging && Math.abs(event.clientX - this.#pressedAt) > DRAG_PX);
  }

  #release(event) {
    const isDrag = Math.abs(event.clientX - this.#pressedAt) > DRAG_PX;
    this.#dragging = false;
    if (isDrag && this.#brush) {
      // The last moves of a finger may come as one with its release.
      this.#brush.focus = this.#startAt(event);
      this.#choose();
    }
    else if (this.#brush && event.pointerType !== 'mouse') return this.#point(this.#brush, false);
    return this.#clearBrush();
  }

  #key(event) {
    if (!this.#chart) return;
    const { from, to, step } = this.#chart;
    const first = Math.floor(from / step) * step;
    const last = Math.floor((to - 1) / step) * step;
    const move = { ArrowLeft: -step, ArrowRight: step }[event.key];
    const edge = { Home: first, End: last }[event.key];
    if (move || edge !== undefined) {
      const focus = Math.max(first, Math.min(last, edge ?? (this.#brush ? this.#brush.focus + move : last)));
      this.#brush = { anchor: event.shiftKey && this.#brush ? this.#brush.anchor : focus, focus };
      this.#point(this.#brush, event.shiftKey);
    } else if (event.key === 'Enter' && this.#brush) {
      this.#choose();
      this.#clearBrush();
    } else if (event.key === 'Escape' && this.#brush) this.#clearBrush();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #ends(brush) {
    const { from, to, step } = this.#chart;
    return { from: Math.max(from, Math.min(brush.anchor, brush.focus)), to: Math.min(to, Math.max(brush.anchor, brush.focus) + step) };
  }

  #choose() {
    this.dispatchEvent(new CustomEvent('range', { detail: this.#ends(this.#brush), bubbles: true }));
  }

  #clearBrush() {
    this.#brush = null;
    this.#dragging = false;
    this.#overlay.replaceChildren();
    this.#hint.hidden = true;
  }

  /** Draws what is pointed at or chosen, and says its numbers. */
  #point(brush, isChosen) {
    const ends = this.#ends(brush);
    const [left, right] = [Math.round(this.#x(ends.from)), Math.round(this.#x(ends.to))];
    const area = svg('rect', { class: isChosen ? 'chart-brush' : 'chart-hover', x: left, y: 0, width: Math.max(1, right - left), height: this.#height });
    const edges = isChosen ? [svg('path', { class: 'chart-brush-edge', d: `M${left} 0V${this.#height}M${right} 0V${this.#height}` })] : [];
    this.#overlay.replaceChildren(area, ...edges);
    const within = ([start]) => start >= Math.min(brush.anchor, brush.focus) && start <= Math.max(brush.anchor, brush.focus);
    const sum = (counts) => [...counts].filter(within).reduce((total, [, number]) => total + number, 0);
    const lines = this.#series.map((series, index) => ({ series, index, number: sum(series.counts) })).filter(({ number }) => number > 0 || !this.#chart.split);
    const previous = this.#chart.spans.filter(({ start }) => within([start])).reduce((total, span) => total + (span.previous ?? 0), 0);
    this.#hint.replaceChildren(h('p', { text: period(ends.from, ends.to) }), lines.length ? '' : h('p', { text: 'No events' }), h('div.hint-lines', {},
      ...lines.flatMap(({ series, index, number }) => [this.#mark(series, index), h('span', { text: this.#label(series) }), h('b', { text: count(number) })]),
      ...(this.#chart.spans[0]?.previous === undefined ? [] : [h('span'), h('span', { text: 'Before' }), h('b', { text: count(previous) })])));
    this.#hint.hidden = false;
    const middle = LEFT + (left + right) / 2;
    const isRight = middle > (LEFT + this.#width) / 2;
    this.#hint.style.left = '0';
    const wide = this.#hint.offsetWidth;
    const beside = isRight ? LEFT + left - 10 - wide : LEFT + right + 10;
    this.#hint.style.left = `${Math.max(0, Math.min(LEFT + this.#width - wide, beside))}px`;
  }
});

/** How many events of the period before are in no series; undefined where it is not compared. */
function previousOf(spans, series) {
  if (spans[0]?.previous === undefined) return undefined;
  const sum = (list) => list.reduce((total, { previous }) => total + (previous ?? 0), 0);
  return Math.max(0, sum(spans) - sum(series));
}

/** How a series has changed against the period before, where that is compared. @param {import('./histogram-shapes.js').Series} series */
function changeOf({ total, previous }) {
  if (previous === undefined) return null;
  const direction = total > previous ? '.up' : total < previous ? '.down' : '';
  return h(`span.series-change${direction}`, { text: change(total, previous), title: `${count(previous)} in the period before`, data: { previous } });
}

const text = (x, y, content, anchor) => {
  const element = svg('text', { x, y, class: `chart-label ${anchor}` });
  element.textContent = content;
  return element;
};

/** What an axis says at a time: the year where days are left out, the day at midnight, else the time of day. */
function tickLabel(time, step, span) {
  const full = stamp(time);
  if (step >= 360 * DAY) return full.slice(0, 4);
  if (step >= DAY) return span > 300 * DAY ? full.slice(0, 7) : full.slice(5, 10);
  if (full.slice(11, 16) === '00:00') return full.slice(5, 10);
  return step < 60_000 ? full.slice(11) : shortStamp(time).slice(11);
}
