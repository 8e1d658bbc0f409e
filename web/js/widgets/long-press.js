/**
 * What a finger does where a mouse has Shift: it stays.
 */

const LONG_MS = 500;

/**
 * Performs something when a finger or pen stays on an element; the click that would follow is none.
 * @param {HTMLElement} element
 * @param {() => void} perform
 */
export function onLongPress(element, perform) {
  let timer = 0;
  let isLong = false;
  element.addEventListener('pointerdown', ({ pointerType }) => {
    isLong = false;
    clearTimeout(timer);
    if (pointerType === 'mouse') return;
    timer = setTimeout(() => {
      isLong = true;
      perform();
    }, LONG_MS);
  });
  // A scroll cancels the pointer.
  for (const type of ['pointerup', 'pointercancel', 'pointerleave']) element.addEventListener(type, () => clearTimeout(timer));
  element.addEventListener('contextmenu', (event) => isLong && event.preventDefault());
  element.addEventListener('click', (event) => {
    if (!isLong) return;
    isLong = false;
    event.stopImmediatePropagation();
  }, true);
}
