/**
 * <petrel-map-tools>: how the map is drawn, as buttons at its edge.
 */

import { h, icon } from '../dom.js';

const ICONS = {
  globe: 'M8 1.800a6.200 6.200 0 1 1 0 12.400a6.200 6.200 0 1 1 0-12.400zM2 8h12M8 1.800c3.600 3.600 3.600 8.800 0 12.400M8 1.800c-3.600 3.600-3.600 8.800 0 12.400',
  night: 'M8 1.800a6.200 6.200 0 1 1 0 12.400a6.200 6.200 0 1 1 0-12.400zM8 2v12M10.400 2.500v11M12.600 4.200v7.600',
  nearer: 'M8 3.500v9M3.500 8h9',
  farther: 'M3.500 8h9',
  whole: 'M2.500 6v-3.500H6M10 2.500h3.500V6M13.500 10v3.500H10M6 13.500H2.500V10',
};
const ZOOM = 1.6;

customElements.define('petrel-map-tools', class extends HTMLElement {
  /** @param {import('../map/petrel-map.js').PetrelMap} map */
  connect(map) {
    const { camera, options } = map;
    this.setAttribute('role', 'group');
    this.setAttribute('aria-label', 'Map view');
    const globe = tool('globe', 'Globe', 'v', () => map.toggleView());
    const night = tool('night', 'Day and night', 'n', () => options.toggleNight());
    this.append(globe, night,
      tool('nearer', 'Zoom in', '+', () => camera.zoomBy(ZOOM)),
      tool('farther', 'Zoom out', '−', () => camera.zoomBy(1 / ZOOM)),
      tool('whole', 'Whole world', '0', () => camera.reset()));
    const show = () => {
      globe.setAttribute('aria-pressed', String(camera.view === 'globe'));
      night.setAttribute('aria-pressed', String(options.night));
    };
    camera.addEventListener('view', show);
    options.addEventListener('change', show);
    show();
  }
});

/** @param {string} name @param {string} label @param {string} key @param {() => void} perform */
function tool(name, label, key, perform) {
  return h('button.map-tool', {
    type: 'button', 'aria-label': label, title: `${label} (${key})`, data: { testid: `map-${name}` }, on: { click: perform },
  }, icon(ICONS[name], 'icon', { stroke: true }));
}
