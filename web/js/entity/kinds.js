/**
 * The things that have a page of their own: which events are about them, and what is asked of these.
 */

import { address } from '../api.js';
import { SUMMARY } from '../fields.js';
import { both, quoted } from '../kql.js';
import { isIPv4, isIPv6, isNetwork, networkOf, surroundingOf } from '../net.js';

/** Columns of lists in which posts stand beside attacks, and of posts alone. */
const MIXED = ['@timestamp', 'event.family', 'attack.type', 'source.ip', 'observer.name', 'post.author.handle', SUMMARY];
const POSTS = ['@timestamp', 'post.author.handle', 'post.network', SUMMARY];

/** Neighbours of most kinds: values of `field` that are met through the most frequent values of `via`. */
const byAddress = (title, field) => ({ title, via: 'source.ip', field });

/** Fields in which a value of a kind stands, what is listed beside it, what its neighbours are, and the columns of its events. */
const KINDS = {
  ip: {
    title: 'Address', fields: ['source.ip', 'destination.ip', 'threat.indicator.ip', 'related.ip'],
    tops: ['attack.type', 'destination.port', 'rule.name', 'observer.name', 'user.name', 'url.path', 'event.dataset', 'source.as.organization.name'],
  },
  network: {
    title: 'Network', fields: ['source.ip', 'destination.ip', 'threat.indicator.ip', 'related.ip'], isRange: true,
    tops: ['source.ip', 'attack.type', 'destination.port', 'rule.name', 'observer.name', 'source.geo.country_iso_code', 'source.as.organization.name', 'threat.feed.name'],
  },
  asn: {
    title: 'Autonomous system', fields: ['source.as.number', 'destination.as.number'],
    tops: ['source.ip', 'attack.type', 'destination.port', 'rule.name', 'observer.name', 'source.geo.country_iso_code', 'threat.feed.name'], facts: ['source.as.organization.name'],
    near: [{ title: 'In the same countries', via: 'source.geo.country_iso_code', field: 'source.as.number' }],
  },
  country: {
    title: 'Country', fields: ['source.geo.country_iso_code'],
    tops: ['source.ip', 'source.as.organization.name', 'attack.type', 'destination.port', 'rule.name', 'observer.name', 'source.geo.city_name', 'threat.feed.name'],
    near: [{ title: 'In the same autonomous systems', via: 'source.as.number', field: 'source.geo.country_iso_code' }],
  },
  port: {
    title: 'Port', fields: ['destination.port'],
    tops: ['source.ip', 'source.geo.country_iso_code', 'attack.type', 'rule.name', 'observer.name', 'network.transport', 'network.protocol', 'threat.feed.name'],
    near: [byAddress('Tried by the same addresses', 'destination.port')],
  },
  rule: {
    title: 'Rule', fields: ['rule.name'], others: ['rule.id'],
    tops: ['source.ip', 'source.geo.country_iso_code', 'destination.port', 'observer.name', 'attack.severity', 'rule.category', 'rule.id', 'threat.feed.name'],
    near: [byAddress('Set off by the same addresses', 'rule.name')],
  },
  sensor: {
    title: 'Sensor', fields: ['observer.name'],
    tops: ['source.ip', 'source.geo.country_iso_code', 'attack.type', 'destination.port', 'rule.name', 'event.dataset', 'user.name', 'threat.feed.name'],
    near: [byAddress('Met by the same addresses', 'observer.name')],
  },
  cve: {
    title: 'Vulnerability', fields: ['vulnerability.id'],
    tops: ['source.ip', 'source.geo.country_iso_code', 'rule.name', 'observer.name', 'destination.port', 'post.author.handle', 'event.dataset', 'threat.feed.name'],
    near: [byAddress('Tried by the same addresses', 'vulnerability.id'), { title: 'Named by the same accounts', via: 'post.author.handle', field: 'vulnerability.id' }],
    columns: MIXED,
  },
  domain: {
    title: 'Domain', fields: ['url.domain', 'dns.question.name', 'tls.client.server_name', 'source.domain', 'destination.domain', 'threat.indicator.url.domain', 'related.hosts'],
    tops: ['source.ip', 'attack.type', 'rule.name', 'observer.name', 'url.path', 'event.dataset', 'post.author.handle'],
    near: [byAddress('Met by the same addresses', 'url.domain'), { title: 'Named by the same accounts', via: 'post.author.handle', field: 'related.hosts' }],
    columns: MIXED,
  },
  hash: {
    title: 'File hash', fields: ['file.hash.md5', 'file.hash.sha1', 'file.hash.sha256', 'related.hash'],
    tops: ['source.ip', 'source.geo.country_iso_code', 'observer.name', 'file.name', 'url.full', 'event.dataset', 'post.author.handle'],
    near: [byAddress('Brought by the same addresses', 'file.hash.sha256'), { title: 'Named by the same accounts', via: 'post.author.handle', field: 'related.hash' }],
    columns: MIXED,
  },
  account: {
    title: 'Account', fields: ['post.author.handle', 'post.mentions'],
    tops: ['post.hashtags', 'post.network', 'post.lang', 'post.app', 'post.links', 'post.topics'],
    near: [{ title: 'With the same hashtags', via: 'post.hashtags', field: 'post.author.handle' }],
    columns: POSTS,
  },
  hashtag: {
    title: 'Hashtag', fields: ['post.hashtags'],
    tops: ['post.author.handle', 'post.network', 'post.lang', 'post.app', 'post.links', 'post.topics'],
    near: [{ title: 'Used by the same accounts', via: 'post.author.handle', field: 'post.hashtags' }],
    columns: POSTS,
  },
};

/** Fields whose values have a page, by the kind of the page. */
const KIND_OF_FIELD = new Map([
  ...Object.entries(KINDS).filter(([, { isRange }]) => !isRange).flatMap(([kind, { fields }]) => fields.map((field) => [field, kind])),
  ['destination.geo.country_iso_code', 'country'], ['url.original', ''], ['source.port', ''],
].filter(([, kind]) => kind));

/** The kind of that name; null when there is none. @param {string} kind */
export const kindNamed = (kind) => (Object.hasOwn(KINDS, kind) ? KINDS[kind] : null);

/** All kinds by name. */
export const kindNames = Object.keys(KINDS);

/** Address of a thing's page. @param {string} kind @param {string|number} value */
export const entityAddress = (kind, value) => address(`entity/${kind}/${encodeURIComponent(String(value))}`);

/** The page that tells more of a field's value, or null. @param {string} field @param {string|number} value */
export function pageOf(field, value) {
  const kind = KIND_OF_FIELD.get(field);
  return kind && String(value) !== '' ? entityAddress(kind, value) : null;
}

/**
 * All events in which a thing takes part.
 * @param {string} kind
 * @param {string} value
 */
export function entityQuery(kind, value) {
  const { fields, others = [] } = KINDS[kind];
  const wanted = kind === 'asn' || kind === 'port' ? value : quoted(value);
  return [...fields, ...others].map((field) => `${field}: ${wanted}`).join(' or ');
}

/** Whether a value can be one of that kind; a sentence says what is wrong, null that it can. @param {string} kind @param {string} value */
export function faultOf(kind, value) {
  if (kind === 'ip' && !isIPv4(value) && !isIPv6(value)) return `${value} is not an address.`;
  if (kind === 'network' && !isNetwork(value)) return `${value} is not a network; write e.g. 192.0.2.0/24.`;
  if ((kind === 'asn' || kind === 'port') && !/^\d{1,10}$/.test(value)) return `${value} is not a number.`;
  return null;
}

/** Who is near: the network of an address without itself. @param {string} ip */
export function networkQuery(ip) {
  const network = networkOf(ip);
  return network ? both(`source.ip: ${quoted(network)}`, `not source.ip: ${quoted(ip)}`) : null;
}

/** Who is around a network, without those in it. @param {string} network */
export function surroundingQuery(network) {
  const around = surroundingOf(network);
  return around ? both(`source.ip: ${quoted(around)}`, `not source.ip: ${quoted(network)}`) : null;
}

/** What a text that somebody writes may name, the likeliest first. @param {string} text @returns {{kind: string, value: string}[]} */
export function guesses(text) {
  const value = text.trim();
  if (isIPv4(value) || isIPv6(value)) return [{ kind: 'ip', value }];
  if (isNetwork(value)) return [{ kind: 'network', value }];
  if (/^cve-\d{4}-\d{4,}$/i.test(value)) return [{ kind: 'cve', value: value.toUpperCase() }];
  if (/^as\d+$/i.test(value)) return [{ kind: 'asn', value: value.slice(2) }];
  if (/^\d{1,5}$/.test(value)) return [{ kind: 'port', value }, { kind: 'asn', value }];
  if (/^([0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$/i.test(value)) return [{ kind: 'hash', value: value.toLowerCase() }];
  if (/^#\S+$/.test(value)) return [{ kind: 'hashtag', value: value.slice(1) }];
  if (/^@\S+$/.test(value)) return [{ kind: 'account', value: value.slice(1) }];
  if (/^[a-z]{2}$/i.test(value)) return [{ kind: 'country', value: value.toUpperCase() }];
  if (/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(value)) return [{ kind: 'domain', value: value.toLowerCase() }];
  return [];
}
