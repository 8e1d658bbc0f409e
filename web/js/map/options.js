/**
 * How the viewer wants the map drawn, kept in the link: `?view=globe`, `?renderer=canvas`, `#night=off` and `#emphasis=surprise`.
 */

import { fragmentValue, setFragmentValue } from '../fragment.js';

/** The viewer's choices; tells `change`. */
export class MapOptions extends EventTarget {
  /** Whether the night side is shaded. */
  night = true;
  /** What makes arcs stand out. @type {import('./emphasis.js').EmphasisMode} */
  emphasis = 'volume';
  /** Who draws the arcs. @type {import('./arc-layer.js').RendererChoice} */
  renderer = linkedRenderer();

  constructor() {
    super();
    this.#read();
    addEventListener('hashchange', () => {
      this.#read();
      this.#tell();
    });
  }

  toggleNight() {
    this.night = !this.night;
    setFragmentValue('night', this.night ? null : 'off');
    this.#tell();
  }

  toggleEmphasis() {
    this.emphasis = this.emphasis === 'volume' ? 'surprise' : 'volume';
    setFragmentValue('emphasis', this.emphasis === 'volume' ? null : this.emphasis);
    this.#tell();
  }

  /** @param {import('./arc-layer.js').RendererChoice} renderer */
  chooseRenderer(renderer) {
    this.renderer = renderer;
    setParameter('renderer', renderer === 'auto' ? null : renderer);
    this.#tell();
  }

  #read() {
    this.emphasis = fragmentValue('emphasis') === 'surprise' ? 'surprise' : 'volume';
    this.night = fragmentValue('night') !== 'off';
  }

  #tell() {
    this.dispatchEvent(new Event('change'));
  }
}

/** The view that the page's address asks for. @returns {'flat'|'globe'} */
export const linkedView = () => (new URLSearchParams(location.search).get('view') === 'globe' ? 'globe' : 'flat');

/** Writes the view into the page's address. @param {'flat'|'globe'} view */
export const linkView = (view) => setParameter('view', view === 'globe' ? view : null);

/** @returns {import('./arc-layer.js').RendererChoice} */
function linkedRenderer() {
  const renderer = new URLSearchParams(location.search).get('renderer');
  return renderer === 'canvas' || renderer === 'webgl2' ? renderer : 'auto';
}

/** @param {string} name @param {string|null} value null removes it */
function setParameter(name, value) {
  const address = new URL(location.href);
  if (value === null) address.searchParams.delete(name);
  else address.searchParams.set(name, value);
  if (address.href !== location.href) history.replaceState(null, '', address);
}
