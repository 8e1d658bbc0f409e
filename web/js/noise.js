/**
 * The noise lens: what it adds to a question, what it hides, how a link says that it is on. Marks are made by the server (docs/noise.md), so
 * the lens is a part of a query and nothing else.
 */

import { ask } from './api.js';
import { h } from './dom.js';
import { both } from './kql.js';

/** What is noise. */
const NOISE = 'noise.kind: *';
/** Names of lists and patterns that are told. */
const NAMES = 6;

/** Kinds in the order of the marks. */
const KINDS = {
  own: 'Own scanners', scanner: 'Known scanners', agent: 'Clients that name themselves', feed: 'Indicator lists', repeat: 'Repeat offenders',
};

/** What a kind is called. @param {string} kind */
export const kindTitle = (kind) => KINDS[kind] ?? kind;

/** The question without noise. @param {string} query */
export const withoutNoise = (query) => both(query, `not ${NOISE}`);

/** What a screen asks with the lens or without it. @param {string} query @param {boolean} isOn */
export const throughLens = (query, isOn) => (isOn ? withoutNoise(query) : query);

/** The question for noise alone. @param {string} query */
export const noiseOf = (query) => both(query, NOISE);

/** Whether a link's values say that the lens is on. @param {URLSearchParams} values */
export const readLens = (values) => values.get('noise') === 'hide';

/** How a link says it; null where it is off. @param {boolean} isOn */
export const writeLens = (isOn) => (isOn ? 'hide' : null);

/**
 * @typedef {{q: string, from?: number, to?: number, upTo?: string}} Scope what a screen shows, without the lens; without times all that is stored
 * @typedef {{count: number, kinds: [string, number][], names: [string, number][], upTo: string}} Hidden
 */

/**
 * What the lens hides of a question.
 * @param {Scope} scope
 * @param {AbortSignal} signal
 * @returns {Promise<Hidden>}
 */
export async function askHidden({ q, ...scope }, signal) {
  const { count, facets: [kinds, names], upTo } = await ask('facets', { ...scope, q: noiseOf(q), field: ['noise.kind', 'noise.name'], size: NAMES }, signal);
  const read = ({ groups }) => groups.map(({ values: [value], count: number }) => [value, number]);
  return { count, kinds: read(kinds), names: read(names), upTo };
}

/** A quiet mark on a row that is noise. @param {string} kind the first of its kinds */
export const noiseMark = (kind) => h('span.noise-mark', { text: 'noise', title: `Noise: ${kindTitle(kind).toLowerCase()}`, data: { testid: 'noise-mark', kind } });

/**
 * Why an event is noise, in a line; null where it is not.
 * @param {Map<string, string>} fields of the event
 */
export function noiseReason(fields) {
  const kinds = fields.get('noise.kind');
  if (kinds === undefined) return null;
  const text = `${kinds.split(', ').map(kindTitle).join(', ')}: ${fields.get('noise.name') ?? ''}`;
  return h('p.noise-reason', { data: { testid: 'noise-reason' } }, h('span.noise-mark', { text: 'noise' }), ` ${text}`);
}
