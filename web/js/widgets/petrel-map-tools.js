/**
 * <petrel-map-tools>: how the map is drawn, as buttons at its edge.
 */

import { h, icon, setText } from '../dom.js';

const ICONS = {
  globe: 'M8 1.800a6.200 6.200 0 1 1 0 12.400a6.200 6.200 0 1 1 0-12.400zM2 8h12M8 1.800c3.600 3.600 3.600 8.800 0 12.400M8 1.800c-3.600 3.600-3.600 8.800 0 12.400',
  night: 'M8 1.800a6.200 6.200 0 1 1 0 12.400a6.200 6.200 0 1 1 0-12.400zM8 2v12M10.400 2.500v11M12.600 4.200v7.600',
  surprise: 'M8 1.800l1.400 4.800 4.800 1.400-4.800 1.400L8 14.200 6.600 9.400 1.800 8l4.800-1.400z',
  nearer: 'M8 3.500v9M3.500 8h9',
  farther: 'M3.500 8h9',
  whole: 'M2.500 6v-3.500H6M10 2.500h3.500V6M13.500 10v3.500H10M6 13.500H2.500V10',
};
const ZOOM = 1.6;
/** How long a reason stands beside its button, whose tooltip keeps it. */
const REASON_MS = 8000;

customElements.define('petrel-map-tools', class extends HTMLElement {
  #reason = h('p.map-tool-reason', { role: 'status', hidden: true, data: { testid: 'map-tool-reason' } });
  #timer = 0;

  /** @param {import('../map/petrel-map.js').PetrelMap} map */
  connect(map) {
    const { camera, options, emphasis } = map;
    this.setAttribute('role', 'group');
    this.setAttribute('aria-label', 'Map view');
    const globe = tool('globe', 'Globe', 'v', () => map.toggleView());
    const night = tool('night', 'Day and night', 'n', () => options.toggleNight());
    const surprise = tool('surprise', 'What is unusual stands out', 'e', () => options.toggleEmphasis());
    this.append(globe, night, surprise,
      tool('nearer', 'Zoom in', '+', () => camera.zoomBy(ZOOM)),
      tool('farther', 'Zoom out', '−', () => camera.zoomBy(1 / ZOOM)),
      tool('whole', 'Whole world', '0', () => camera.reset()), this.#reason);
    const show = () => {
      globe.setAttribute('aria-pressed', String(camera.view === 'globe'));
      night.setAttribute('aria-pressed', String(options.night));
      surprise.setAttribute('aria-pressed', String(options.emphasis === 'surprise'));
      surprise.classList.toggle('faulty', emphasis.fault !== '');
      surprise.title = emphasis.fault ? `Surprise cannot be shown: ${emphasis.fault}` : 'What is unusual stands out (e): bright and wide is a country with more attacks this hour than at this time of the days before';
    };
    emphasis.addEventListener('change', show);
    emphasis.addEventListener('change', () => this.#say(emphasis.fault ? surprise.title : ''));
    camera.addEventListener('view', show);
    options.addEventListener('change', show);
    show();
  }

  /** Says why a button does nothing: a finger sees no tooltip. */
  #say(reason) {
    if (this.#reason.textContent === reason) return;
    clearTimeout(this.#timer);
    setText(this.#reason, reason);
    this.#reason.hidden = reason === '';
    if (reason) this.#timer = setTimeout(() => { this.#reason.hidden = true; }, REASON_MS);
  }
});

/** @param {string} name @param {string} label @param {string} key @param {() => void} perform */
function tool(name, label, key, perform) {
  return h('button.map-tool', {
    type: 'button', 'aria-label': label, title: `${label} (${key})`, data: { testid: `map-${name}` }, on: { click: perform },
  }, icon(ICONS[name], 'icon', { stroke: true }));
}
