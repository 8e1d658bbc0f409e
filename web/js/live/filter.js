/**
 * Which attack types this viewer wants to see. It decides what is drawn and listed, never what is counted.
 */

import { fragmentValue, setFragmentValue } from '../fragment.js';
import { TYPES, typeIndex } from '../types.js';

/** The legend's choice, mirrored in the URL as `#types=…`; tells `change`. */
export class TypeFilter extends EventTarget {
  /** @type {Set<string>} */
  #shown;

  constructor() {
    super();
    this.#read();
    addEventListener('hashchange', () => {
      this.#read();
      this.dispatchEvent(new Event('change'));
    });
  }

  /** Whether events of this type are drawn; an absent or unknown type follows `other`. @param {string|null} type */
  shows(type) {
    return this.#shown.has(TYPES[typeIndex(type)].id);
  }

  /** Whether anything is hidden. */
  get active() {
    return this.#shown.size < TYPES.length;
  }

  /** @param {string} type */
  toggle(type) {
    const shown = new Set(this.#shown);
    if (!shown.delete(type)) shown.add(type);
    this.#set(shown);
  }

  /** Shows this type alone, or everything again when it already is alone. @param {string} type */
  solo(type) {
    const alone = this.#shown.size === 1 && this.#shown.has(type);
    this.#set(new Set(alone ? TYPES.map(({ id }) => id) : [type]));
  }

  showAll() {
    this.#set(new Set(TYPES.map(({ id }) => id)));
  }

  #set(shown) {
    this.#shown = shown;
    setFragmentValue('types', this.active ? [...shown].join(',') : null);
    this.dispatchEvent(new Event('change'));
  }

  #read() {
    const value = fragmentValue('types');
    const known = new Set(TYPES.map(({ id }) => id));
    this.#shown = value === null ? known : new Set(value.split(',').filter((type) => known.has(type)));
  }
}
