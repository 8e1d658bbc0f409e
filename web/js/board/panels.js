/**
 * What a wall board shows, one after another. Each panel is made once and told of every change while it is in sight.
 */

import { h, icon, setText, svg } from '../dom.js';
import { count, rate, share, timeOfDay, utc } from '../format.js';
import { readRow } from '../live/row.js';
import { SEVERITIES, typeGlyph, typeLabel } from '../types.js';

/** Lines of a list, as many as can be read from afar. */
const LINES = 6;
const POST_GLYPH = 'M2 3h12v8H8l-3.5 3V11H2z';
/** Bars of the chart: minutes of an hour. */
const BARS = 60;

/**
 * @typedef {object} Panel
 * @property {string} title
 * @property {HTMLElement} element
 * @property {(snapshot: any) => void} show
 * @property {boolean} [wantsHour] whether it shows the counts of the last hour, which `showHour` is told
 * @property {(spans: {start: number, count: number}[]|null) => void} [showHour] minutes of the last hour; null where there is no such hour
 */

/** A list of the most frequent: what it is called, and how an entry `[key, …, count]` of the snapshot reads. */
const LISTS = {
  countries: { title: 'Where attacks come from', read: ([key, name, value]) => ({ key, label: name ?? key, value }) },
  types: { title: 'Kinds of attacks', read: ([key, value]) => ({ key, label: typeLabel(key), value, glyph: key }) },
  ports: { title: 'Attacked ports', read: ([key, service, value]) => ({ key, label: service ? `${key}  ${service}` : key, value }) },
  addresses: { title: 'Busiest addresses', read: ([key, code, value]) => ({ key, label: key, extra: code, value, mono: true }) },
  sensors: { title: 'Busiest sensors', read: ([key, value]) => ({ key, label: key, value }) },
};

/** @param {keyof LISTS} name @returns {Panel} */
function listPanel(name) {
  const { title, read } = LISTS[name];
  const element = h('ol.board-list');
  return {
    title, element,
    show: ({ tops }) => {
      const entries = (tops?.[name] ?? []).slice(0, LINES).map(read);
      const highest = Math.max(1, ...entries.map(({ value }) => value));
      element.replaceChildren(...(entries.length ? entries.map((entry) => line(entry, highest)) : [h('li.board-none', { text: 'Nothing in the last 24 hours' })]));
    },
  };
}

function line({ key, label, extra, value, glyph, mono }, highest) {
  const bar = h('i.board-bar');
  bar.style.transform = `scaleX(${value / highest})`;
  return h('li', { data: { testid: 'board-line', key, count: value } }, bar, glyph ? typeGlyph(glyph) : null,
    h(`span.board-name${mono ? '.mono' : ''}`, { text: label }), extra ? h('span.board-extra', { text: extra }) : null, h('span.number', { text: count(value) }));
}

/** Shares of attacks by severity. @returns {Panel} */
function severityPanel() {
  const rows = SEVERITIES.map((severity) => ({ severity, bar: h(`i.board-bar.severity-${severity}`), part: h('span.board-extra'), value: h('span.number') }));
  const element = h('ol.board-list.board-severities', {}, ...rows.map(({ severity, bar, part, value }) => h('li', { data: { severity } },
    bar, h('span.board-name', { text: severity }), part, value)));
  return {
    title: 'How severe', element,
    show: ({ severity: counts }) => {
      const total = SEVERITIES.reduce((sum, severity) => sum + (counts[severity] ?? 0), 0);
      for (const { severity, bar, part, value } of rows) {
        const number = counts[severity] ?? 0;
        bar.style.transform = `scaleX(${total ? number / total : 0})`;
        setText(part, share(number, total));
        setText(value, count(number));
      }
    },
  };
}

/** Events a second, and the attacks of each minute of the last hour. @returns {Panel} */
function ratePanel() {
  const now = h('span.board-rate', { data: { testid: 'board-rate' } });
  const mean = h('span');
  const chart = svg('svg', { viewBox: `0 0 ${BARS} 24`, preserveAspectRatio: 'none', class: 'board-chart', role: 'img' });
  const note = h('p.board-note');
  return {
    title: 'How fast', element: h('div.board-pace', {}, h('p', {}, now, h('span.board-unit', { text: ' events a second' })), h('p.board-note', {}, mean), h('div.board-hour', {}, chart, note)),
    wantsHour: true,
    show: ({ rate: { now: perSecond, hour }, mode }) => {
      setText(now, rate(perSecond));
      setText(mean, `${rate(hour)} a second ${mode === 'replay' ? 'so far' : 'in the last hour'}`);
    },
    showHour: (spans) => {
      chart.parentElement.hidden = spans === null;
      if (!spans) return;
      const most = Math.max(1, ...spans.map(({ count: number }) => number));
      const total = spans.reduce((sum, { count: number }) => sum + number, 0);
      chart.replaceChildren(...spans.map(({ count: number }, index) => svg('rect', {
        x: index + 0.15, width: 0.7, y: 24 - (24 * number) / most, height: (24 * number) / most,
      })));
      chart.setAttribute('aria-label', `${count(total)} attacks in the last hour, at most ${count(most)} in a minute`);
      setText(note, `attacks a minute, last hour · at most ${count(most)}`);
    },
  };
}

/** The newest attacks and posts. @returns {Panel} */
function newestPanel() {
  const element = h('ol.board-list.board-newest');
  let shown = null;
  return {
    title: 'Newest', element,
    show: ({ recent }) => {
      const rows = recent.slice(-LINES).reverse().map(readRow);
      const ids = rows.map(({ id }) => id).join();
      if (ids === shown) return;
      shown = ids;
      element.replaceChildren(...(rows.length ? rows.map(newestLine) : [h('li.board-none', { text: 'Nothing yet' })]));
    },
  };
}

/** @param {import('../live/row.js').Row} row */
function newestLine({ id, time, family, type, severity, address, country, title, port }) {
  const isAttack = family === 'attack';
  const from = [address, country].filter(Boolean).join('  ');
  return h('li', { data: { testid: 'board-event', id, severity: severity ?? '' } },
    isAttack ? typeGlyph(type) : icon(POST_GLYPH, 'glyph type-post'),
    h('span.board-name', { text: title || (isAttack ? typeLabel(type) : 'Post') }),
    h('time.board-extra', { text: timeOfDay(time), title: utc(time) }),
    h('span.board-from', {}, h('span.mono', { text: from }), isAttack && port ? h('span', { text: ` → port ${port}` }) : null));
}

/** All panels by name, in the order in which they come. @type {Record<string, () => Panel>} */
export const PANELS = {
  newest: newestPanel,
  countries: () => listPanel('countries'),
  severity: severityPanel,
  types: () => listPanel('types'),
  rate: ratePanel,
  ports: () => listPanel('ports'),
  addresses: () => listPanel('addresses'),
  sensors: () => listPanel('sensors'),
};
