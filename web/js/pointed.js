/**
 * What the viewer points at, which nothing may move.
 */

const hovering = matchMedia('(hover: hover)');
/** Between a finger's lifting and the click that it makes. */
const TAP_MS = 400;

/** Watches whether the viewer points at one of some elements: with the mouse over it, or with a finger on it. */
export class Pointed {
  #elements;
  #isTouched = false;

  /** @param {Element[]} elements @param {() => void} left told when the viewer points elsewhere */
  constructor(elements, left) {
    this.#elements = elements;
    for (const element of elements) {
      element.addEventListener('pointerdown', ({ pointerType }) => { this.#isTouched = pointerType !== 'mouse'; });
      element.addEventListener('pointerleave', ({ pointerType }) => pointerType === 'mouse' && left());
    }
    const lift = () => {
      if (!this.#isTouched) return;
      this.#isTouched = false;
      setTimeout(left, TAP_MS);
    };
    for (const type of ['pointerup', 'pointercancel']) addEventListener(type, lift);
  }

  /** Whether something of it is pointed at. Where nothing hovers, what was touched last would count as hovered for ever. */
  get isPointedAt() {
    return this.#isTouched || (hovering.matches && this.#elements.some((element) => element.matches(':hover')));
  }
}
