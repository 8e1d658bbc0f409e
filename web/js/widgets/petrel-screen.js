/**
 * <petrel-screen>: this screen's own ledger: received = drawn + merged + shed, and who draws its arcs.
 */

import { h, setText } from '../dom.js';
import { count } from '../format.js';
import { SHED_REASONS } from '../live/viewer-ledger.js';

const PARTS = [['received', ''], ['drawn', '='], ['merged', '+'], ['shed', '+']];
const MEANING = {
  received: 'Events that the server sent to this screen',
  drawn: 'Events with an arc, a tray entry or a ticker row of their own',
  merged: 'Events in an arc that stands for several (×n)',
};

const RENDERERS = { webgl2: 'WebGL 2', canvas: 'Canvas 2D' };

customElements.define('petrel-screen', class extends HTMLElement {
  #numbers = Object.fromEntries(PARTS.map(([part]) => [part, h('dd', { data: { testid: `screen-${part}` } })]));

  /** @param {import('../model.js').Model} model */
  connect(model) {
    this.append(h('h2', {}, 'This screen ', h('span.quiet', { text: 'events shown here' })),
      h('dl.equation', { data: { testid: 'screen-ledger' } }, ...PARTS.map(([part, sign]) => h('div', { title: MEANING[part], data: { part } },
        h('dt', {}, h('span.sign', { text: sign }), part), this.#numbers[part]))));
    const show = () => this.#show(model.viewer);
    model.addEventListener('change', show);
    model.addEventListener('missed', show);
  }

  /** Lets the viewer choose who draws. @param {import('../map/petrel-map.js').PetrelMap} map */
  watch(map) {
    const { options } = map;
    const choice = /** @type {HTMLSelectElement} */ (h('select', { 'aria-label': 'Who draws the arcs', data: { testid: 'renderer' }, on: { change: () => options.chooseRenderer(/** @type {any} */ (choice.value)) } },
      ...['auto', 'webgl2', 'canvas'].map((value) => h('option', { value }))));
    const most = h('span', { data: { testid: 'arc-budget' } });
    this.append(h('div.drawn-by', { title: 'Beyond this number an event joins an arc of the same place, sensor and type, or is shed' }, most, choice));
    const show = () => {
      const { kind, budget } = map.renderer;
      const chosen = options.renderer === 'auto' ? `: ${RENDERERS[kind]}` : '';
      for (const option of choice.options) option.textContent = option.value === 'auto' ? `Auto${chosen}` : RENDERERS[option.value];
      choice.value = options.renderer;
      setText(most, `Up to ${count(budget)} arcs`);
    };
    map.addEventListener('renderer', show);
    options.addEventListener('change', show);
    show();
  }

  #show(viewer) {
    for (const [part] of PARTS) {
      setText(this.#numbers[part], count(viewer[part]));
      this.#numbers[part].dataset.count = viewer[part];
    }
    this.dataset.balances = String(viewer.balances);
    const reasons = Object.entries(viewer.shedBy).filter(([, events]) => events > 0);
    this.#numbers.shed.parentElement.title = ['Events that were not drawn',
      ...reasons.map(([reason, events]) => `${count(events)} ${SHED_REASONS[reason]}`)].join('\n');
  }
});
