/**
 * Wheel, drag, pinch and keys move the camera; a press without a drag is a click.
 */

const WHEEL_STEP = 0.0016;
const KEY_ZOOM = 1.4;
const KEY_PAN_PX = 80;
/** A pointer that moved less than this between down and up has clicked; a fingertip rolls. */
const CLICK_SLOP_PX = { mouse: 5, touch: 12 };
/** A drag that paused for longer before its end does not spin the globe. */
const FLICK_MS = 60;

/**
 * @param {HTMLElement} element
 * @param {import('./camera.js').Camera} camera
 * @param {(x: number, y: number, isTouch: boolean) => void} onClick beside the buttons in the element, in CSS pixels of it
 * @param {() => boolean} isStill whether the viewer prefers no motion
 */
export function steer(element, camera, onClick, isStill) {
  /** @type {Map<number, {x: number, y: number}>} */
  const pointers = new Map();
  let travelled = 0;
  let isTouch = false;
  /** Where the pointer went before that was a drag: the map catches up, so that it stays under the finger. */
  let behind = { x: 0, y: 0 };
  const isDrag = () => travelled > (isTouch ? CLICK_SLOP_PX.touch : CLICK_SLOP_PX.mouse);
  /** CSS pixels a millisecond, smoothed. */
  let flick = { x: 0, y: 0, at: 0 };

  const local = (event) => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  element.addEventListener('wheel', (event) => {
    event.preventDefault();
    const { x, y } = local(event);
    camera.zoomBy(Math.exp(-event.deltaY * WHEEL_STEP * (event.ctrlKey ? 4 : 1)), x, y);
  }, { passive: false });

  element.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    if (pointers.size === 0) travelled = 0;
    isTouch = event.pointerType === 'touch';
    behind = { x: 0, y: 0 };
    flick = { x: 0, y: 0, at: event.timeStamp };
    camera.hold();
    pointers.set(event.pointerId, local(event));
  });

  element.addEventListener('pointermove', (event) => {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    // It was let go where the element is not told of it.
    if (event.buttons === 0) return void pointers.delete(event.pointerId);
    const now = local(event);
    travelled += Math.hypot(now.x - before.x, now.y - before.y);
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    pointers.set(event.pointerId, now);
    // Not before: what is captured clicks the element and not the button under the pointer.
    if (other || isDrag()) element.setPointerCapture(event.pointerId);
    if (other) {
      const apart = Math.hypot(before.x - other.x, before.y - other.y);
      const factor = apart > 0 ? Math.hypot(now.x - other.x, now.y - other.y) / apart : 1;
      camera.zoomBy(factor, (now.x + other.x) / 2, (now.y + other.y) / 2);
      camera.panBy((now.x - before.x) / 2, (now.y - before.y) / 2);
    } else if (!isDrag()) {
      behind = { x: behind.x + now.x - before.x, y: behind.y + now.y - before.y };
    } else {
      camera.panBy(behind.x + now.x - before.x, behind.y + now.y - before.y);
      behind = { x: 0, y: 0 };
      const passed = Math.max(1, event.timeStamp - flick.at);
      flick = { x: (flick.x + (now.x - before.x) / passed) / 2, y: (flick.y + (now.y - before.y) / passed) / 2, at: event.timeStamp };
    }
  });

  const release = (event) => {
    if (!pointers.delete(event.pointerId)) return;
    if (event.type === 'pointerup' && isDrag() && !isStill() && event.timeStamp - flick.at < FLICK_MS) camera.spin(flick.x, flick.y);
  };
  // On a screen that is touched the click comes after the pointer is up: what opened before would be clicked.
  element.addEventListener('click', (event) => {
    if (isDrag() || /** @type {Element} */ (event.target).closest('button')) return;
    const { x, y } = local(event);
    onClick(x, y, isTouch);
  });
  element.addEventListener('pointerup', release);
  element.addEventListener('pointercancel', release);
  element.addEventListener('keydown', (event) => event.target === element && moveByKey(event, camera, onClick));
}

/** @param {KeyboardEvent} event @param {import('./camera.js').Camera} camera @param {(x: number, y: number, isTouch: boolean) => void} onClick */
function moveByKey(event, camera, onClick) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const moves = {
    '+': () => camera.zoomBy(KEY_ZOOM),
    '=': () => camera.zoomBy(KEY_ZOOM),
    '-': () => camera.zoomBy(1 / KEY_ZOOM),
    '0': () => camera.reset(),
    Enter: () => onClick(camera.middle[0], camera.middle[1], false),
    ArrowLeft: () => camera.panBy(KEY_PAN_PX, 0),
    ArrowRight: () => camera.panBy(-KEY_PAN_PX, 0),
    ArrowUp: () => camera.panBy(0, KEY_PAN_PX),
    ArrowDown: () => camera.panBy(0, -KEY_PAN_PX),
  };
  const move = moves[event.key];
  if (!move) return;
  event.preventDefault();
  move();
}
