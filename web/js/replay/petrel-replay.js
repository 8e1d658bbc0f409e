/**
 * <petrel-replay>: the time bar of the map. A window of stored events is chosen on it and played on this screen.
 */

import { h, icon, setText } from '../dom.js';
import { period, stamp, utc } from '../format.js';
import { isSameRange } from '../range.js';
import '../widgets/petrel-histogram.js';
import { Playhead } from './playhead.js';
import { SPEEDS } from './replay.js';
import { Timeline } from './timeline.js';

const ICONS = {
  play: 'M5 3l8 5-8 5z', pause: 'M5.5 3v10M10.5 3v10', step: 'M4 3.500l6 4.500-6 4.500zM12 3.500v9',
  loop: 'M3 8a5 5 0 0 1 8.500-3.500L13 6M13 2.500V6H9.500M13 8a5 5 0 0 1-8.500 3.500L3 10M3 13.500V10h3.500',
  zoom: 'M7 2.500a4.500 4.500 0 1 1 0 9a4.500 4.500 0 1 1 0-9zM10.300 10.300l3.400 3.400M5 7h4M7 5v4', close: 'M4 4l8 8M12 4l-8 8',
};
const PRESETS = [['1h', '1 h', { last: '1h' }], ['24h', '24 h', { last: '24h' }], ['7d', '7 d', { last: '7d' }], ['all', 'All', { all: true }]];
const SPEED_TITLES = { whole: 'The whole window in one minute' };
const PHASES = { off: '', winding: 'Winding', playing: 'Playing', paused: 'Paused', finished: 'At the end' };

customElements.define('petrel-replay', class extends HTMLElement {
  /** @type {import('./replay.js').Replay} */
  #replay;
  #model;
  #timeline = new Timeline();
  #histogram = /** @type {any} */ (h('petrel-histogram'));
  #playhead = new Playhead((time) => this.#seek(time));
  #play = this.#tool('play', 'Play the window (space)', () => this.toggle());
  #step = this.#tool('step', 'A second of playing at once (.)', () => this.#replay.step());
  #loop = this.#tool('loop', 'Again from the start at the end (o)', () => this.#replay.toggleLoop());
  #zoom = this.#tool('zoom', 'Show the chosen window alone', () => this.#replay.window && this.show(this.#replay.window));
  #speeds = h('div.segments', { role: 'group', 'aria-label': 'Speed against real time' });
  #presets = h('div.segments', { role: 'group', 'aria-label': 'Time shown' });
  #clock = h('time.replay-clock', { data: { testid: 'replay-clock' } });
  #phase = h('span.replay-phase', { role: 'status', data: { testid: 'replay-phase', phase: 'off' } });
  #window = h('span.replay-window-label', { data: { testid: 'replay-window' } });
  #live = h('button.tool.small.primary', { type: 'button', hidden: true, title: 'Back to live (b)', data: { testid: 'replay-live' }, on: { click: () => this.#replay.leave() } }, h('i.live-dot'), 'Back to live');
  #state = h('div.replay-state', { hidden: true, role: 'status' });

  /** @param {import('../model.js').Model} model @param {import('./replay.js').Replay} replay */
  connect(model, replay) {
    this.#model = model;
    this.#replay = replay;
    this.hidden = true;
    this.dataset.testid = 'replay';
    this.#speeds.append(...SPEEDS.map((speed) => h('button', { type: 'button', text: speed === 'whole' ? '1 min' : `${speed}×`, title: SPEED_TITLES[speed] ?? `${speed} times as fast as it happened`, data: { speed, testid: `speed-${speed}` }, on: { click: () => replay.setSpeed(speed) } })));
    this.#presets.append(...PRESETS.map(([key, text, range]) => h('button', { type: 'button', text, data: { testid: `bar-${key}` }, on: { click: () => this.show(range) } })));
    this.append(
      h('div.replay-tools', {}, h('div.replay-buttons', {}, this.#play, this.#step, this.#loop), this.#speeds,
        h('div.replay-where', {}, this.#clock, this.#phase, this.#window), this.#presets, this.#zoom, this.#live,
        this.#tool('close', 'Close the time bar (r)', () => this.close())),
      h('div.replay-chart', {}, this.#histogram, this.#playhead.element, this.#state), this.#playhead.slider,
    );
    this.#histogram.addEventListener('range', ({ detail }) => this.#replay.choose(detail));
    this.#timeline.addEventListener('chart', ({ detail }) => this.#showChart(detail));
    this.#timeline.addEventListener('fault', ({ detail }) => this.#say(detail.message, 'Try again', () => this.show(this.#timeline.range)));
    model.addEventListener('query', () => !this.hidden && this.#timeline.show(this.#timeline.range, model.asked, true));
    replay.addEventListener('change', () => this.#update());
    this.#update();
  }

  /** What the time bar shows; null while it is closed. @returns {import('../range.js').Period|null} */
  get period() {
    return this.hidden ? null : this.#timeline.period;
  }

  /** Opens the bar, or closes it. */
  toggleBar() {
    if (this.hidden) this.show(this.#timeline.range);
    else this.close();
  }

  /** Opens the bar with a stretch of time. @param {import('../range.js').Range} range */
  show(range) {
    this.hidden = false;
    document.body.dataset.bar = 'open';
    this.#timeline.show(range, this.#model.asked);
    this.#markPreset();
    this.#changed();
  }

  /** Closes the bar and goes back to live. */
  close() {
    if (this.hidden) return;
    this.hidden = true;
    delete document.body.dataset.bar;
    this.#replay.leave();
    this.#changed();
  }

  /** Plays, or pauses; without a window what the bar shows is played. */
  toggle() {
    if (this.#replay.isOn) this.#replay.toggle();
    else if (this.#timeline.period && !this.hidden) this.#replay.choose(this.#timeline.period);
  }

  #seek(time) {
    if (this.#replay.isOn) this.#replay.seek(time);
    else if (this.#timeline.period) this.#replay.choose(this.#timeline.period, { at: time, plays: false });
  }

  #showChart(chart) {
    this.#histogram.hidden = !chart;
    if (!chart) this.#say('Nothing is stored that matches.');
    else {
      this.#histogram.show(chart);
      const total = chart.spans.reduce((sum, { count }) => sum + count, 0);
      if (total) this.#state.hidden = true;
      else this.#say('No events in this time.', 'Show everything stored', () => this.show({ all: true }));
    }
    this.#update();
    this.#changed();
  }

  #say(text, action = '', perform = () => {}) {
    this.#state.hidden = false;
    this.#state.replaceChildren(h('span', { text }), action ? h('button.tool.small', { type: 'button', text: action, on: { click: perform } }) : '');
  }

  #update() {
    const { phase, window, clock, speed, loop, isOn, isPlaying, fault } = this.#replay;
    this.#play.replaceChildren(icon(ICONS[isPlaying ? 'pause' : 'play'], 'icon', { stroke: true }));
    label(this.#play, isPlaying ? 'Pause (space)' : 'Play the window (space)');
    this.#loop.setAttribute('aria-pressed', String(loop));
    for (const button of this.#speeds.children) button.setAttribute('aria-pressed', String(/** @type {HTMLElement} */ (button).dataset.speed === speed));
    /** @type {any} */ (this.#step).disabled = !isOn;
    /** @type {any} */ (this.#zoom).disabled = !window;
    this.#live.hidden = !isOn;
    this.#clock.hidden = !isOn;
    setText(this.#clock, stamp(clock));
    this.#clock.title = isOn ? utc(clock) : '';
    this.#clock.dataset.clock = String(clock);
    setText(this.#phase, PHASES[phase]);
    this.#phase.dataset.phase = phase;
    setText(this.#window, window ? period(window.from, window.to) : 'Drag over the time that is to be played, or press play.');
    if (fault) this.#say(fault.message, 'Try again', () => this.#replay.play());
    else if (isOn && phase !== 'winding') this.#state.hidden = true;
    this.#playhead.show(this.#timeline.period, window, isOn ? clock : null);
  }

  #markPreset() {
    PRESETS.forEach(([, , range], index) => this.#presets.children[index].setAttribute('aria-pressed', String(isSameRange(range, this.#timeline.range))));
  }

  #changed() {
    this.dispatchEvent(new Event('bar'));
  }

  #tool(name, title, perform) {
    return h('button.icon-button', { type: 'button', 'aria-label': title.replace(/ \(.+\)$/, ''), title, data: { testid: `replay-${name}` }, on: { click: perform } },
      icon(ICONS[name], 'icon', { stroke: true }));
  }
});

/** Names a button, when it has another name. */
function label(button, title) {
  if (button.title === title) return;
  button.title = title;
  button.setAttribute('aria-label', title.replace(/ \(.+\)$/, ''));
}
