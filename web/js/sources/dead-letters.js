/**
 * What could not be understood: why, from where, and how it begins.
 */

import { h } from '../dom.js';
import { ago, count, counted, stamp, utc } from '../format.js';
import { copyButton } from '../clipboard.js';

/** What the reasons mean and what can be done. */
const REASONS = {
  malformed_json: 'Not valid JSON', malformed_csv: 'Not valid CSV', not_an_object: 'JSON, but no object', missing_field: 'A field that the format needs is missing',
  bad_time: 'The time cannot be read', bad_value: 'A value cannot be read', too_long: 'Longer than max_record', unknown_format: 'No format recognises it',
};

/**
 * @param {any[]} letters newest first
 * @param {number} now
 * @param {(id: string|null) => void} retry asked to decode one letter anew, or all where it is null
 * @returns {(HTMLElement|null)[]}
 */
export function deadLetterList(letters, now, retry) {
  const reasons = new Map();
  for (const { reason } of letters) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  return [
    h('div.letter-reasons', {}, ...[...reasons].sort((one, other) => other[1] - one[1]).map(([reason, number]) => h('span.badge', { title: REASONS[reason] ?? reason }, h('b', { text: count(number) }), reason.replaceAll('_', ' '))),
      h('span.nav-gap'), h('button.tool.small', { type: 'button', title: 'After a fix: decode all anew, each becomes events once', data: { testid: 'letters-retry' }, on: { click: () => retry(null) } }, 'Retry all')),
    h('ul.letters', {}, ...letters.map((letter) => h('li', { data: { testid: 'dead-letter', reason: letter.reason } }, h('details', {},
      h('summary', {},
        h('time', { text: stamp(Date.parse(letter.arrival)), title: utc(Date.parse(letter.arrival)) }),
        h('span.letter-source', { text: letter.source }),
        h('span.letter-reason', { text: REASONS[letter.reason] ?? letter.reason }),
        h('span.letter-detail.quiet', { text: letter.detail })),
      h('div.letter-more', {},
        h('p.quiet', { text: `${letter.stream}, at byte ${count(letter.offset)}; ${counted(letter.length, 'byte')}; ${ago(Date.parse(letter.arrival), now)}` }),
        h('p', { text: letter.detail }),
        h('pre.raw', { tabindex: 0, text: letter.sample }),
        h('div.event-copy', {}, copyButton('Copy the sample', 'Sample', () => letter.sample),
          h('button.tool.small', { type: 'button', title: 'After a fix: decode it anew', data: { testid: 'letter-retry' }, on: { click: () => retry(letter.id) } }, 'Retry'))))))),
  ];
}
