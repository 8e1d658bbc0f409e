/**
 * How the viewer wants the map drawn, kept in the link: `?view=globe`, `#night=off` and `#emphasis=surprise`.
 */

import { fragmentValue, setFragmentValue } from '../fragment.js';

/** The viewer's choices; tells `change`. */
export class MapOptions extends EventTarget {
  /** Whether the night side is shaded. */
  night = true;
  /** What makes arcs stand out. @type {import('./emphasis.js').EmphasisMode} */
  emphasis = 'volume';

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
export function linkView(view) {
  const address = new URL(location.href);
  if (view === 'globe') address.searchParams.set('view', view);
  else address.searchParams.delete('view');
  if (address.href !== location.href) history.replaceState(null, '', address);
}
