/**
 * How values of fields look, wherever they stand: in tables, lists and drawers. Everything becomes text.
 */

import { h } from '../dom.js';
import { SUMMARY } from '../fields.js';
import { stamp, utc } from '../format.js';
import { noiseMark } from '../noise.js';
import { SEVERITIES, TYPES, typeGlyph, typeLabel } from '../types.js';

const regions = new Intl.DisplayNames(['en'], { type: 'region' });
const KNOWN_TYPES = new Set(TYPES.map(({ id }) => id));
const MONO = /(\.ip|\.port|\.hash\.|\.ja3s?|hassh|\.id|command_line|url\.|payload|as\.number|password)/;

/** Name of a country, or the code where it is none. @param {string} code */
export function countryName(code) {
  try {
    return regions.of(code) ?? code;
  } catch {
    return code;
  }
}

/** Whether a field's values are set in the typewriter face. @param {string} field */
export const isMono = (field) => MONO.test(field);

/**
 * A value with the marks that its field has.
 * @param {string} field
 * @param {any} value
 * @returns {(Node|string)[]}
 */
export function valueContent(field, value) {
  const text = String(value);
  if (field === 'attack.type' && KNOWN_TYPES.has(text)) return [typeGlyph(text), typeLabel(text)];
  if (field === 'attack.severity' && SEVERITIES.includes(text)) return [h(`i.severity-dot.severity-${text}`), text];
  if (field.endsWith('country_iso_code')) return [h('span.country-code', { text }), ` ${countryName(text)}`];
  if (isMono(field)) return [h('span.mono', { text })];
  return [text === '' ? h('span.quiet', { text: '(empty)' }) : text];
}

/** What an event says in one line. @param {Map<string, string>} fields */
export function summaryOf(fields) {
  const said = ['rule.name', 'post.text', 'process.command_line', 'message', 'event.action', 'event.dataset'];
  return said.map((name) => fields.get(name)).find(Boolean) ?? '';
}

/**
 * What a cell of a table holds.
 * @param {string} column
 * @param {Map<string, string>} fields of the event
 * @returns {(Node|string)[]}
 */
export function cellContent(column, fields) {
  if (column === SUMMARY) return fields.has('noise.kind') ? [noiseMark(fields.get('noise.kind').split(', ')[0]), ` ${summaryOf(fields)}`] : [summaryOf(fields)];
  const value = fields.get(column);
  if (value === undefined) return [h('span.absent', { title: 'absent', text: '–' })];
  if (column === '@timestamp') {
    const time = Date.parse(value);
    return [h('time', { text: stamp(time), title: utc(time) })];
  }
  if (column.endsWith('country_iso_code')) return [h('span', { text: value, title: countryName(value) })];
  return valueContent(column, value);
}
