/**
 * Asks everything that a thing's page shows. All numbers are about the events up to one and the same id.
 */

import { ask } from '../api.js';
import { RowSource } from '../explore/row-source.js';
import { both, clause, quoted } from '../kql.js';
import { throughLens } from '../noise.js';
import { resolve, stepFor } from '../range.js';
import { networkOf, surroundingOf } from '../net.js';
import { entityAddress, entityQuery, kindNamed, networkQuery, surroundingQuery } from './kinds.js';
import { isCompared } from './view.js';

const BARS = 160;
const TOP = 8;
const NEIGHBOURS = 10;
/** Most values through which neighbours are looked for. */
const SHARED = 20;

/** Where a value stands that is on a list of indicators; events about a hash are marked as a whole. */
const LISTED = { ip: 'threat.indicator.ip', network: 'threat.indicator.ip', domain: 'threat.indicator.url.domain', hash: null };
const LISTS = 5;

/** What is said of an address beside its numbers. */
const FACTS = ['source.geo.country_iso_code', 'source.geo.city_name', 'source.as.number', 'source.as.organization.name'];

/**
 * @typedef {object} Entity
 * @property {string} query through the noise lens
 * @property {string} whole the query without it
 * @property {number} known how many events there are at all times
 * @property {import('../range.js').Period|null} extent first to last of them; null when there is none
 * @property {string} upTo id of the last event that was known then
 * @property {import('../range.js').Range} range what the viewer wants to see of them
 * @property {import('../range.js').Period|null} period what the range means; null when there is no event at all
 * @property {boolean} isCompared whether the period before stands beside every number
 * @property {number} count events of the period
 * @property {{previous: number, from: string, to: string}|null} previous how many there were in the period before; null for everything stored
 * @property {{text: string, length: number}} step
 * @property {{start: number, value: any, count: number, previous?: number}[]} parts events over time, by family
 * @property {{start: number, count: number, previous?: number}[]} spans
 * @property {any[]} tops
 * @property {Map<string, any>} facts
 * @property {Map<string, number>} families
 * @property {{values: any[], count: number}[]} lists lists of indicators that it is on, with the events that were marked for it at all times
 * @property {RowSource} rows
 */

/** How many events are about a thing, and when. @param {string} kind @param {string} value @param {boolean} hidesNoise @param {AbortSignal} signal */
export const askSeen = (kind, value, hidesNoise, signal) => ask('seen', { q: throughLens(entityQuery(kind, value), hidesNoise) }, signal);

const readSpans = (spans) => spans.map((span) => ({ ...span, start: Date.parse(span.start) }));

/**
 * @param {string} kind
 * @param {string} value
 * @param {import('./view.js').View} view
 * @param {{count: number, first: string, last: string, upTo: string}} seen what `askSeen` has answered
 * @param {AbortSignal} signal
 * @returns {Promise<Entity>}
 */
export async function askEntity(kind, value, view, { count: known, first, last, upTo }, signal) {
  const whole = entityQuery(kind, value);
  const query = throughLens(whole, view.hidesNoise);
  const extent = known ? { from: Date.parse(first), to: Date.parse(last) + 1 } : null;
  const period = extent && (resolve(view.range, Date.now()) ?? extent);
  const step = period ? stepFor(period, BARS) : { text: '1h', length: 3_600_000 };
  const rows = new RowSource({ q: query, upTo }, 'desc', signal);
  /** @type {Entity} */
  const answer = { query, whole, known, extent, upTo, range: view.range, period, isCompared: isCompared(view), count: 0, previous: null, step, parts: [], spans: [], tops: [], facts: new Map(), families: new Map(), lists: [], rows };
  if (!period) return answer;
  const { tops, facts = [] } = kindNamed(kind);
  const scope = { q: query, ...period, upTo };
  const fields = kind === 'ip' ? FACTS : facts;
  // What a thing is said to be does not depend on the range.
  const [now, always, lists, previous] = await Promise.all([
    ask('facets', { ...scope, field: [...new Set([...tops, 'event.family'])], size: TOP, interval: step.text, by: 'event.family' }, signal),
    fields.length ? ask('facets', { ...scope, ...extent, field: fields, size: 1, interval: '365d' }, signal) : { facets: [] },
    askLists(kind, value, query, upTo, signal),
    'all' in view.range ? null : ask('count', { ...scope, compare: 'previous' }, signal),
  ]);
  const byField = new Map(now.facets.map((facet) => [facet.fields[0], facet]));
  Object.assign(answer, { count: now.count, parts: readSpans(now.spans), lists });
  const totals = new Map();
  for (const { start, count } of answer.parts) totals.set(start, (totals.get(start) ?? 0) + count);
  answer.spans = [...totals].map(([start, count]) => ({ start, count }));
  answer.tops = tops.map((field) => byField.get(field));
  for (const { values, count } of byField.get('event.family').groups) answer.families.set(values[0], count);
  for (const { fields: [field], groups: [group] } of always.facets) if (group) answer.facts.set(field, group.values[0]);
  if (previous) answer.previous = { previous: previous.previous, ...previous.previousPeriod };
  rows.setSpans(answer.spans, step.length, period);
  if (answer.isCompared) await addPrevious(answer, tops, scope, signal);
  answer.tops = answer.tops.filter(({ groups }) => groups.length > 0);
  return answer;
}

/** Puts the period before beside bars and lists. */
async function addPrevious(answer, fields, scope, signal) {
  const compared = { ...scope, compare: 'previous' };
  const [parts, spans, ...tops] = await Promise.all([
    ask('histogram', { ...compared, interval: answer.step.text, by: 'event.family' }, signal),
    ask('histogram', { ...compared, interval: answer.step.text }, signal),
    ...fields.map((field) => ask('top', { ...compared, field, limit: TOP }, signal)),
  ]);
  Object.assign(answer, { parts: readSpans(parts.spans), spans: readSpans(spans.spans), tops });
}

async function askLists(kind, value, query, upTo, signal) {
  if (!Object.hasOwn(LISTED, kind)) return [];
  const marked = LISTED[kind] ? clause(LISTED[kind], value) : both(query, 'tags: indicator');
  return (await ask('top', { q: marked, upTo, field: 'threat.feed.name', limit: LISTS }, signal)).groups;
}

/**
 * @typedef {object} Neighbours
 * @property {string} title
 * @property {string|null} href the page of all of them
 * @property {string} field what they are values of
 * @property {{values: any[], count: number}[]} groups
 * @property {number} distinct how many there are in all
 */

/**
 * Who or what is near a thing, in the range that the page shows. An address: in its network and in its autonomous system; a network: around
 * it; anything else: what shares its most frequent addresses, accounts or the like.
 * @param {string} kind
 * @param {string} value
 * @param {Entity} entity
 * @param {AbortSignal} signal
 * @returns {Promise<Neighbours[]>}
 */
export async function askNeighbours(kind, value, { query, whole, range, period, isCompared: compares, upTo, facts }, signal) {
  const within = 'all' in range ? { upTo } : { ...period, upTo };
  const top = (q, field, limit) => ask('top', { ...within, q: throughLens(q, query !== whole), field, limit, compare: compares ? 'previous' : null }, signal);
  const addresses = async (title, href, q) => ({ title, href, field: 'source.ip', ...(await top(q, 'source.ip', NEIGHBOURS)) });
  if (kind === 'ip') {
    const [near, asn] = [networkQuery(value), facts.get('source.as.number')];
    return Promise.all([
      near ? addresses(`In ${networkOf(value)}`, entityAddress('network', networkOf(value)), near) : null,
      asn ? addresses(`In AS${asn}`, entityAddress('asn', asn), both(`source.as.number: ${asn}`, `not source.ip: ${quoted(value)}`)) : null,
    ].filter(Boolean));
  }
  if (kind === 'network') {
    const around = surroundingQuery(value);
    return around ? [await addresses(`Around it, in ${surroundingOf(value)}`, entityAddress('network', surroundingOf(value)), around)] : [];
  }
  return (await Promise.all(kindNamed(kind).near.map(async (near) => {
    const { groups } = await ask('top', { ...within, q: query, field: near.via, limit: SHARED }, signal);
    return groups.length ? askShared(near, value, groups, top) : null;
  }))).filter(Boolean);
}

/** What is met through the same values of another field. */
async function askShared({ title, via, field }, value, shared, top) {
  const q = `${via}: (${shared.map(({ values: [one] }) => quoted(one)).join(' or ')})`;
  const { groups, distinct } = await top(q, field, NEIGHBOURS + 1);
  const isItself = ({ values: [one] }) => String(one).toLowerCase() === value.toLowerCase();
  return { title, href: null, field, groups: groups.filter((group) => !isItself(group)).slice(0, NEIGHBOURS), distinct: distinct - Number(groups.some(isItself)) };
}
