/**
 * What a screen says when it goes back to live: how much came meanwhile, and where to look at it.
 */

import { h, setText } from '../dom.js';
import { counted } from '../format.js';
import { exploreAddress } from '../pivots.js';

const SHOWN_MS = 20_000;

/**
 * A note over the map.
 * @param {import('./replay.js').Replay} replay
 * @param {import('../model.js').Model} model
 * @returns {HTMLElement}
 */
export function missedNote(replay, model) {
  const text = h('span');
  const link = /** @type {HTMLAnchorElement} */ (h('a', { text: 'Open in Explore', data: { testid: 'missed-link' } }));
  const close = h('button.icon-button', { type: 'button', 'aria-label': 'Close', text: '×' });
  const note = h('p.pause-note.missed-note', { role: 'status', hidden: true, data: { testid: 'missed' } }, text, link, close);
  let timer = 0;
  const hide = () => { note.hidden = true; };
  close.addEventListener('click', hide);
  replay.addEventListener('missed', (/** @type {any} */ { detail: { events, from, to } }) => {
    clearTimeout(timer);
    note.hidden = false;
    note.dataset.count = String(events);
    setText(text, events ? `${counted(events, 'event')} came during the replay.` : 'Nothing came during the replay.');
    link.hidden = events === 0;
    link.href = exploreAddress(model.asked, { from, to });
    timer = setTimeout(hide, SHOWN_MS);
  });
  replay.addEventListener('change', () => replay.isOn && hide());
  return note;
}
