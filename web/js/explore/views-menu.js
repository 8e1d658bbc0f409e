/**
 * The menu of saved views: open one, save what is shown under a name, put it in the place of another, remove one.
 */

import { Refusal } from '../api.js';
import { h, setText } from '../dom.js';
import { stamp } from '../format.js';
import { changes } from '../live/changes.js';
import { loadViews, removeView, saveView } from '../saved-views.js';
import { menuButton, menuItem } from '../widgets/menu.js';
import { toast } from '../widgets/petrel-toasts.js';
import { readView, writeView } from './view.js';

/** Refusals behind which the views are others than were read. */
const CHANGED = new Set([404, 409, 412]);

/** Reads the views of the open menu again. */
let loadAgain = () => {};
changes.watch('views', () => loadAgain());

/** @param {() => import('./toolbar.js').Bench} bench @param {(view: import('./view.js').View) => void} open */
export const viewsMenu = (bench, open) => menuButton('Views', (close) => {
  const search = writeView({ ...bench().view, event: null });
  const said = h('p.menu-note', { role: 'status', hidden: true, data: { testid: 'view-said' } });
  const list = h('div', { data: { testid: 'view-list' } }, h('p.menu-note', { text: 'Asking for the saved views …' }));
  const name = /** @type {HTMLInputElement} */ (h('input.field', { placeholder: 'Name of this view', 'aria-label': 'Name of this view', required: true, maxlength: 80, data: { testid: 'view-name' } }));
  const save = /** @type {HTMLButtonElement} */ (h('button.tool.primary', { type: 'submit', text: 'Save', data: { testid: 'view-save' } }));
  const form = h('form.menu-form', {}, name, save);
  /** @type {import('../saved-views.js').SavedView[]} */
  let views = [];
  const named = () => views.find((view) => view.name === name.value.trim());
  const update = () => setText(save, named() ? 'Replace' : 'Save');
  const load = async () => {
    views = await loadViews();
    update();
    list.replaceChildren(...(views.length ? [h('hr'), ...views.map(row)] : [h('p.menu-note', { text: 'No view is saved yet. Saved views are there for everybody who works with this server.' })]));
  };
  /** Does something, and says in the menu why it was refused. What was said before goes, unless this is done beside it. */
  const attempt = async (work, isBeside = false) => {
    if (!isBeside) said.hidden = true;
    try {
      return await work();
    } catch (error) {
      setText(said, error.message);
      said.hidden = false;
      if (error instanceof Refusal && CHANGED.has(error.status)) await attempt(load, true);
      return false;
    }
  };
  const row = (view) => h('div.menu-row', {}, menuItem(view.name, () => {
    close();
    open(readView(`?${view.search}`));
  }, { testid: 'saved-view', checked: view.search === search, title: `Saved ${stamp(Date.parse(view.changed ?? view.created))}` }), removal(view));
  const removal = (view) => {
    let isSure = false;
    const ask = (sure) => {
      isSure = sure;
      button.textContent = sure ? 'Remove?' : '×';
      button.setAttribute('aria-label', sure ? `Remove? ${view.name}, for everybody` : `Remove ${view.name}`);
      button.classList.toggle('bad', sure);
    };
    const button = h('button.icon-button', { type: 'button', text: '×', 'aria-label': `Remove ${view.name}`, data: { testid: 'view-remove' }, on: {
      blur: () => ask(false),
      click: async () => {
        if (!isSure) return ask(true);
        const isGone = await attempt(async () => {
          await removeView(view);
          await load();
          return true;
        });
        if (isGone) name.focus();
        return undefined;
      },
    } });
    return button;
  };
  // What the viewer points at, or is about to remove, is not moved; it is shown when they have left it.
  let isOld = false;
  const isPointedAt = () => list.matches(':hover') || list.contains(document.activeElement);
  const showAgain = () => {
    if (!isOld || isPointedAt()) return;
    isOld = false;
    attempt(load, true);
  };
  list.addEventListener('pointerleave', showAgain);
  list.addEventListener('focusout', () => queueMicrotask(showAgain));
  loadAgain = () => {
    isOld = list.checkVisibility();
    showAgain();
  };
  name.addEventListener('input', update);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const title = name.value.trim();
    if (!await attempt(() => saveView(title, search, named()))) return;
    close();
    toast(`“${title}” is saved for everybody here`);
  });
  attempt(load).then((isLoaded) => isLoaded === false && list.replaceChildren());
  return [form, said, list];
}, { testid: 'views' });
