/**
 * The menus of the workbench: split, columns, links, export.
 */

import { canCopy, copy } from '../clipboard.js';
import { h } from '../dom.js';
import { fieldTitle, SPLITS } from '../fields.js';
import { count } from '../format.js';
import { menuButton, menuItem } from '../widgets/menu.js';
import { toast } from '../widgets/petrel-toasts.js';
import { columnsMenu } from './columns-menu.js';
import { download, exportEvents, MOST_EXPORTED } from './export.js';
import { asked, writeView } from './view.js';

/** @typedef {{view: import('./view.js').View, answer: import('./questions.js').Answer|null, change: (part: Partial<import('./view.js').View>) => void}} Bench */

/** By which field the chart is split. @param {() => Bench} bench */
export const splitMenu = (bench) => menuButton(h('span', { text: 'Split' }), (close) => {
  const { view, change } = bench();
  const item = (field, label) => menuItem(label, () => {
    close();
    change({ split: field });
  }, { checked: view.split === field, testid: `split-${field ?? 'none'}` });
  const fields = view.split && !SPLITS.includes(view.split) ? [view.split, ...SPLITS] : SPLITS;
  return [item(null, 'No split'), h('hr'), ...fields.map((field) => item(field, fieldTitle(field)))];
}, { className: 'tool small', testid: 'split', title: 'Split the chart by a field' });

/** Which columns the table has. @param {() => Bench} bench */
export const columnMenu = (bench) => menuButton('Columns', () => {
  const { view, change } = bench();
  return [columnsMenu(view.columns, (columns) => change({ columns }))];
}, { className: 'tool small', testid: 'columns' });

/** Links to what is shown. @param {() => Bench} bench */
export const shareMenu = (bench) => menuButton('Share', (close) => {
  const link = (view) => new URL(`?${writeView(view)}`, location.href).href;
  const { view, answer } = bench();
  const fixed = answer?.period ? { ...view, range: { from: answer.period.from, to: answer.period.to }, follows: false } : view;
  const item = (label, text, testid) => (canCopy()
    ? menuItem(label, () => {
      close();
      copy(text, 'Link');
    }, { testid }) : h('input.field', { readonly: true, value: text, 'aria-label': label }));
  return [item('Copy link', link(view), 'copy-link'), item('Copy link with these very times', link(fixed), 'copy-fixed'),
    h('p.menu-note', { text: 'A link restores query, noise lens, range, Live, split, columns and the open event.' })];
}, { testid: 'share' });

/** The events as a file. @param {() => Bench} bench @param {HTMLElement} progress where its state is said */
export function exportMenu(bench, progress) {
  const run = async (form) => {
    const { view, answer } = bench();
    if (!answer?.period) return;
    const abort = new AbortController();
    const said = h('span', { role: 'status' });
    progress.replaceChildren(said, h('button.tool.small', { type: 'button', text: 'Stop', on: { click: () => abort.abort() } }));
    const total = Math.min(answer.count, MOST_EXPORTED);
    const say = (number) => { said.textContent = `Exporting: ${count(number)} of ${count(total)}`; };
    say(0);
    try {
      const scope = { q: asked(view).q, ...answer.period, upTo: answer.upTo, order: view.order };
      const { file, number } = await exportEvents(scope, form, view.columns, abort.signal, say);
      download(file, `petrel-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}.${form}`);
      toast(`${count(number)} events exported${number < answer.count ? `; the newest of ${count(answer.count)}` : ''}`);
    } catch (error) {
      toast(abort.signal.aborted ? 'Export stopped' : `Export failed: ${error.message}`, !abort.signal.aborted);
    }
    progress.replaceChildren();
  };
  return menuButton('Export', (close) => {
    const item = (form, label) => menuItem(label, () => {
      close();
      run(form);
    }, { testid: `export-${form}` });
    const { answer } = bench();
    return [item('csv', 'CSV of these columns'), item('ndjson', 'NDJSON of whole events'),
      answer && answer.count > MOST_EXPORTED ? h('p.menu-note', { text: `The first ${count(MOST_EXPORTED)} of ${count(answer.count)} events in the order of the table. Narrow the range for the others.` }) : null];
  }, { className: 'tool small', testid: 'export' });
}
