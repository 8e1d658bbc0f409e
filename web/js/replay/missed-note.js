/**
 * What a screen says when it goes back to live: how much came meanwhile, and where to look at it.
 */

import { h, setText } from '../dom.js';
import { counted, timeOfDay, utc } from '../format.js';
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
  const link = /** @type {HTMLAnchorElement} */ (h('a', { data: { testid: 'missed-link' } }));
  const close = h('button.icon-button', { type: 'button', 'aria-label': 'Close', text: '×' });
  const note = h('p.pause-note.missed-note', { role: 'status', hidden: true, data: { testid: 'missed' } }, text, link, close);
  let timer = 0;
  const hide = () => { note.hidden = true; };
  close.addEventListener('click', hide);
  replay.addEventListener('missed', (/** @type {any} */ { detail: { events, from, to } }) => {
    clearTimeout(timer);
    note.hidden = false;
    note.dataset.count = String(events);
    setText(text, events ? `${counted(events, 'event')} stored during the replay.` : 'Nothing was stored during the replay.');
    note.title = events ? 'Everything that was stored meanwhile, whatever its own time and whether or not it matches the filter' : '';
    link.hidden = events === 0;
    setText(link, `Open ${timeOfDay(from)} – ${timeOfDay(to)} in Explore`);
    link.title = `${utc(from)}\n${utc(to)}\nEvents with a time of their own in it${model.asked ? ' that match the filter' : ''}: what came late lies before it`;
    link.href = exploreAddress(model.asked, { from, to });
    timer = setTimeout(hide, SHOWN_MS);
  });
  replay.addEventListener('change', () => replay.isOn && hide());
  return note;
}
