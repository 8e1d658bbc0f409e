/**
 * The eleven attack types: seven hues and a neutral one, and a shape each, so that no type is told by colour alone.
 * A glyph is a path on a 16 × 16 grid; the legend, the ticker and the arcs' heads are all drawn from it.
 */

import { icon } from './dom.js';

/**
 * @typedef {object} AttackType
 * @property {string} id name in events (`attack.type`)
 * @property {string} label
 * @property {string} glyph
 */

/** @type {AttackType[]} */
export const TYPES = [
  { id: 'scan', label: 'Scan', glyph: 'M8 3a5 5 0 1 1 0 10a5 5 0 1 1 0-10z' },
  { id: 'recon', label: 'Recon', glyph: 'M8 2a6 6 0 1 1 0 12a6 6 0 1 1 0-12zM8 5a3 3 0 1 0 0 6a3 3 0 1 0 0-6z' },
  { id: 'bruteforce', label: 'Brute force', glyph: 'M3.5 3.5h9v9h-9z' },
  { id: 'exploit', label: 'Exploit', glyph: 'M8 2l6.5 11.5h-13z' },
  { id: 'malware', label: 'Malware', glyph: 'M8 1.5l6 6.5-6 6.5L2 8z' },
  { id: 'phishing', label: 'Phishing', glyph: 'M2 4.5L4.5 2 8 5.5 11.5 2 14 4.5 10.5 8l3.5 3.5-2.5 2.5L8 10.5 4.5 14 2 11.5 5.5 8z' },
  { id: 'web', label: 'Web', glyph: 'M8 1.8l5.4 3.1v6.2L8 14.2l-5.4-3.1V4.9z' },
  { id: 'dos', label: 'DoS', glyph: 'M8 1l1.9 4.6 5 .4-3.8 3.3 1.2 4.9L8 11.6l-4.3 2.6 1.2-4.9L1.1 6l5-.4z' },
  { id: 'spam', label: 'Spam', glyph: 'M2 4h12v3H2zM2 9h12v3H2z' },
  { id: 'policy', label: 'Policy', glyph: 'M8 14L1.5 2.5h13z' },
  { id: 'other', label: 'Other', glyph: 'M6.3 2h3.4v4.3H14v3.4H9.7V14H6.3V9.7H2V6.3h4.3z' },
];

const indexById = new Map(TYPES.map((type, index) => [type.id, index]));

/** Position of a type in `TYPES`; a name that is not in the set counts as `other`. @param {string|null} id */
export const typeIndex = (id) => indexById.get(id ?? 'other') ?? TYPES.length - 1;

/** Label of a type. @param {string|null} id */
export const typeLabel = (id) => TYPES[typeIndex(id)].label;

/** The type's glyph in the type's colour. @param {string|null} id */
export function typeGlyph(id) {
  const type = TYPES[typeIndex(id)];
  return icon(type.glyph, `glyph type-${type.id}`);
}

/** Severities from worst to mildest. */
export const SEVERITIES = ['critical', 'high', 'medium', 'low'];
