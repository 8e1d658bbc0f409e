/**
 * <petrel-notice>: what lies over the map: nothing yet, no server, paused, what came while paused, simulated.
 */

import { h, setText } from '../dom.js';
import { counted } from '../format.js';

/** How long the count of what came during a pause stays. */
const RESUMED_MS = 6000;

customElements.define('petrel-notice', class extends HTMLElement {
  #simulated = h('p.simulated-note', { hidden: true }, h('strong', { text: 'Simulated' }), h('span', { text: 'Invented events. ' }), h('span.wide', { text: 'None of these attacks happened.' }));
  #pause = h('p.pause-note', { role: 'status', hidden: true, data: { testid: 'pause-note' } });
  #empty = h('div.notice-card', { hidden: true, data: { testid: 'empty' } },
    h('h2', { text: 'No events yet' }),
    h('p', { text: 'Waiting for the first one. Point a source at me:' }),
    h('pre', { text: `petrel import eve.json\ncurl --data-binary @eve.json ${new URL('api/v1/ingest/suricata', document.baseURI)}` }));
  #cause = h('p');
  #error = h('div.notice-card.error', { hidden: true, role: 'alert', data: { testid: 'no-server' } },
    h('h2', { text: 'No answer from Petrel' }), this.#cause, h('pre', { text: 'petrel doctor' }));
  #timer = 0;

  /** @param {import('../model.js').Model} model */
  connect(model) {
    this.append(this.#simulated, this.#pause, this.#empty, this.#error);
    model.addEventListener('change', () => {
      const { totals, mode, recent } = model.snapshot;
      this.#error.hidden = true;
      this.#empty.hidden = totals.stored > 0 || totals.events > 0 || recent.length > 0;
      this.#simulated.hidden = mode !== 'simulated';
    });
    model.addEventListener('status', () => {
      const { phase } = model.feed.status;
      this.#error.hidden = model.snapshot !== null || (phase !== 'reconnecting' && phase !== 'stale');
      setText(this.#cause, `${document.baseURI.split('#')[0]} does not answer. I keep trying; is petrel serve running?`);
    });
    model.addEventListener('pause', () => this.#showPause(model));
    model.addEventListener('missed', () => this.#showPause(model));
  }

  #showPause(model) {
    clearTimeout(this.#timer);
    const came = counted(model.whilePaused, 'event');
    this.#pause.hidden = false;
    this.#pause.classList.toggle('resumed', !model.paused);
    this.#pause.dataset.count = model.whilePaused;
    setText(this.#pause, model.paused ? `Paused · ${came} since` : `${came} while paused`);
    if (!model.paused) this.#timer = setTimeout(() => { this.#pause.hidden = true; }, RESUMED_MS);
  }
});
