/**
 * <petrel-mode>: LIVE, REPLAY or SIMULATED, the stage's clock, and the controls of a replay.
 */

import { controlReplay } from '../api.js';
import { h, setText } from '../dom.js';
import { dateTime, speed, timeOfDay, utc } from '../format.js';

const MEANING = {
  live: 'Events as they are stored',
  offline: 'No answer from the server; what is shown is the last state',
  replay: 'A stored window is being played by its own clock',
  simulated: 'Invented events in a throw-away journal: none of these attacks happened',
};

customElements.define('petrel-mode', class extends HTMLElement {
  #badge = h('span.mode', { role: 'status', data: { testid: 'mode', mode: 'none' } });
  #clock = h('time.clock', { data: { testid: 'clock' } });
  #progress = h('progress', { max: 1, 'aria-label': 'Progress of the replay' });
  #speed = h('span.speed', { data: { testid: 'speed' } });
  #error = h('span.mode-error', { role: 'alert' });
  #mode = 'none';
  #isOffline = false;
  #replay = h('div.replay', { hidden: true }, this.#progress, this.#speed,
    this.#button('restart', 'Play again'), this.#button('stop', 'Back to live'), this.#error);

  /** @param {import('../model.js').Model} model */
  connect(model) {
    this.append(this.#badge, this.#clock, this.#replay);
    model.addEventListener('change', () => this.#show(model.snapshot, model.player !== null));
    model.addEventListener('status', () => this.#showConnection(model.feed.status));
  }

  /** What is not connected is not live. */
  #showConnection({ phase }) {
    this.#isOffline = phase === 'reconnecting' || phase === 'stale';
    this.#showBadge();
  }

  #showBadge() {
    const shown = this.#isOffline ? 'offline' : this.#mode;
    this.#badge.dataset.mode = shown;
    this.#badge.title = MEANING[shown] ?? '';
    setText(this.#badge, shown === 'none' ? '' : shown.toUpperCase());
  }

  /** A window that is played on this screen alone has controls of its own. */
  #show({ mode, clock, replay }, isOwn) {
    document.body.dataset.mode = isOwn ? 'own-replay' : mode;
    this.#mode = mode;
    this.#showBadge();
    document.title = `${mode === 'live' ? '' : `${mode.toUpperCase()} · `}Petrel · live map`;
    this.#replay.hidden = mode !== 'replay' || isOwn;
    setText(this.#clock, mode === 'replay' ? dateTime(clock) : timeOfDay(clock));
    this.#clock.title = utc(clock);
    if (mode !== 'replay' || !replay) return;
    this.#progress.value = Math.min(1, Math.max(0, (clock - replay.from) / (replay.to - replay.from || 1)));
    this.#progress.title = `${dateTime(replay.from)} – ${dateTime(replay.to)}`;
    setText(this.#speed, replay.state === 'finished' ? 'finished' : speed(replay.speed));
  }

  #button(action, label) {
    const perform = async () => {
      this.#error.textContent = '';
      try {
        await controlReplay(action);
      } catch (error) {
        this.#error.textContent = error.message;
      }
    };
    return h('button.button', { type: 'button', text: label, data: { testid: `replay-${action}` }, on: { click: perform } });
  }
});
