/**
 * Asks everything that a thing's page shows. All numbers are about the events up to one and the same id.
 */

import { ask } from '../api.js';
import { RowSource } from '../explore/row-source.js';
import { both, clause, quoted } from '../kql.js';
import { throughLens } from '../noise.js';
import { stepFor } from '../range.js';
import { networkOf, surroundingOf } from '../net.js';
import { entityAddress, entityQuery, kindNamed, networkQuery, surroundingQuery } from './kinds.js';

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
 * @property {number} count
 * @property {string} upTo id of the last event that was known then
 * @property {import('../range.js').Period|null} period first to last event; null when there is none
 * @property {{text: string, length: number}} step
 * @property {{start: number, value: any, count: number}[]} parts events over time, by family
 * @property {{start: number, count: number}[]} spans
 * @property {any[]} tops
 * @property {Map<string, any>} facts
 * @property {Map<string, number>} families
 * @property {{values: any[], count: number}[]} lists lists of indicators that it is on, with the events that were marked for it
 * @property {RowSource} rows
 */

/** How many events are about a thing, and when. @param {string} kind @param {string} value @param {boolean} hidesNoise @param {AbortSignal} signal */
export const askSeen = (kind, value, hidesNoise, signal) => ask('seen', { q: throughLens(entityQuery(kind, value), hidesNoise) }, signal);

/**
 * @param {string} kind
 * @param {string} value
 * @param {boolean} hidesNoise whether the noise lens is on
 * @param {{count: number, first: string, last: string, upTo: string}} seen what `askSeen` has answered
 * @param {AbortSignal} signal
 * @returns {Promise<Entity>}
 */
export async function askEntity(kind, value, hidesNoise, { count, first, last, upTo }, signal) {
  const whole = entityQuery(kind, value);
  const query = throughLens(whole, hidesNoise);
  const period = count ? { from: Date.parse(first), to: Date.parse(last) + 1 } : null;
  const step = period ? stepFor(period, BARS) : { text: '1h', length: 3_600_000 };
  const rows = new RowSource({ q: query, upTo }, 'desc', signal);
  const answer = { query, whole, count, upTo, period, step, parts: [], spans: [], tops: [], facts: new Map(), families: new Map(), lists: [], rows };
  if (!period) return answer;
  const { tops, facts = [] } = kindNamed(kind);
  const asked = [...new Set([...tops, 'event.family', ...(kind === 'ip' ? FACTS : facts)])];
  const { spans, facets } = await ask('facets', { q: query, ...period, upTo, field: asked, size: TOP, interval: step.text, by: 'event.family' }, signal);
  const byField = new Map(facets.map((facet) => [facet.fields[0], facet]));
  answer.parts = spans.map((span) => ({ ...span, start: Date.parse(span.start) }));
  const totals = new Map();
  for (const { start, count: number } of answer.parts) totals.set(start, (totals.get(start) ?? 0) + number);
  answer.spans = [...totals].map(([start, number]) => ({ start, count: number }));
  answer.tops = tops.map((field) => byField.get(field)).filter(({ groups }) => groups.length > 0);
  for (const { values, count: number } of byField.get('event.family').groups) answer.families.set(values[0], number);
  for (const field of kind === 'ip' ? FACTS : facts) {
    const [group] = byField.get(field)?.groups ?? [];
    if (group) answer.facts.set(field, group.values[0]);
  }
  rows.setSpans(answer.spans, step.length, period);
  answer.lists = await askLists(kind, value, query, upTo, signal);
  return answer;
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
 * Who or what is near a thing. An address: in its network and in its autonomous system; a network: around it; anything else:
 * what shares its most frequent addresses, accounts or the like.
 * @param {string} kind
 * @param {string} value
 * @param {Entity} entity
 * @param {AbortSignal} signal
 * @returns {Promise<Neighbours[]>}
 */
export async function askNeighbours(kind, value, { query, whole, upTo, facts }, signal) {
  const lens = (q) => throughLens(q, query !== whole);
  const addresses = async (title, href, q) => ({ title, href, field: 'source.ip', ...(await ask('top', { q: lens(q), upTo, field: 'source.ip', limit: NEIGHBOURS }, signal)) });
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
  return (await Promise.all(kindNamed(kind).near.map((near) => askShared(near, value, query, lens, upTo, signal)))).filter(Boolean);
}

/** What is met through the same values of another field; null where the thing has none. */
async function askShared({ title, via, field }, value, query, lens, upTo, signal) {
  const { groups: shared } = await ask('top', { q: query, upTo, field: via, limit: SHARED }, signal);
  if (!shared.length) return null;
  const q = `${via}: (${shared.map(({ values: [one] }) => quoted(one)).join(' or ')})`;
  const { groups, distinct } = await ask('top', { q: lens(q), upTo, field, limit: NEIGHBOURS + 1 }, signal);
  const isItself = ({ values: [one] }) => String(one).toLowerCase() === value.toLowerCase();
  return { title, href: null, field, groups: groups.filter((group) => !isItself(group)).slice(0, NEIGHBOURS), distinct: distinct - Number(groups.some(isItself)) };
}
