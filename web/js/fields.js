/**
 * What screens know of the fields of events: short names, how wide a column is, which pages tell more of a value. The list
 * of all fields comes from the server.
 */

import { ask } from './api.js';

/** Short names of the fields that screens put first; others go by their own name. */
const TITLES = {
  '@timestamp': 'Time', 'attack.type': 'Attack type', 'attack.severity': 'Severity', 'source.geo.country_iso_code': 'Country', 'source.geo.city_name': 'City',
  'source.ip': 'Source address', 'source.port': 'Source port', 'source.as.organization.name': 'Network', 'source.as.number': 'ASN',
  'destination.ip': 'Destination', 'destination.port': 'Port', 'observer.name': 'Sensor', 'rule.name': 'Rule', 'rule.category': 'Rule category', 'rule.id': 'Rule number', 'file.name': 'File', 'url.full': 'Address of a page',
  'user.name': 'User', 'user.password': 'Password', 'event.family': 'Family', 'event.dataset': 'Data set', 'event.action': 'Action',
  'network.transport': 'Transport', 'network.protocol': 'Protocol', 'url.domain': 'Host', 'url.path': 'Path', 'dns.question.name': 'DNS name',
  'vulnerability.id': 'CVE', 'post.hashtags': 'Hashtag', 'post.author.handle': 'Account', 'post.network': 'Social network', 'post.lang': 'Language', 'post.app': 'App', 'post.links': 'Link', 'post.topics': 'Topic', 'post.mentions': 'Mentioned',
  'file.hash.sha256': 'SHA-256',
  'process.command_line': 'Command', 'user_agent.original': 'User agent', 'threat.technique.id': 'Technique', 'noise.kind': 'Noise', 'noise.name': 'Noise by', 'threat.feed.name': 'On indicator list', summary: 'Event',
};

/** Name of a field for people. @param {string} field */
export const fieldTitle = (field) => TITLES[field] ?? field;

/** Widths of columns in characters; others have 18. */
const WIDTHS = {
  '@timestamp': 20, 'attack.type': 14, 'attack.severity': 11, 'source.ip': 18, 'destination.ip': 18, 'source.geo.country_iso_code': 9,
  'destination.port': 7, 'source.port': 7, 'event.family': 9, 'network.transport': 9, 'network.protocol': 9, 'source.as.number': 9,
  'rule.name': 40, 'process.command_line': 40, 'url.path': 30, 'observer.name': 18,
};

/** Width of a column in characters. @param {string} field */
export const columnWidth = (field) => WIDTHS[field] ?? 18;

/** The column that is made of several fields: what an event says, in one line. */
export const SUMMARY = 'summary';

/** Columns of a table that nobody has chosen columns for. */
export const STANDARD_COLUMNS = ['@timestamp', 'attack.type', 'source.ip', 'source.geo.country_iso_code', 'destination.port', 'observer.name', SUMMARY];

/** Fields whose tops stand beside a list of events. */
export const FACETS = [
  'event.family', 'attack.type', 'attack.severity', 'source.geo.country_iso_code', 'source.ip', 'source.as.organization.name', 'destination.port',
  'observer.name', 'rule.name', 'user.name', 'network.protocol', 'event.dataset', 'url.path', 'threat.technique.id', 'post.hashtags',
];

/** Fields by which a chart is split. */
export const SPLITS = ['attack.type', 'attack.severity', 'event.family', 'source.geo.country_iso_code', 'destination.port', 'observer.name', 'event.dataset', 'network.transport'];

/** Fields that cannot be grouped by or are not worth a column. */
const SCALAR = new Set(['keyword', 'text', 'ip', 'integer', 'number', 'date', 'boolean']);

/**
 * @typedef {{name: string, type: string, meaning: string}} FieldInfo
 * @type {Promise<FieldInfo[]>|null}
 */
let list = null;

/** All fields, as the server has them; asked once. @returns {Promise<FieldInfo[]>} */
export function allFields() {
  list ??= ask('complete', { q: ' ', caret: 0, limit: 200 }).then(({ proposals }) => proposals
    .filter(({ type }) => SCALAR.has(type)).map(({ label, type, meaning }) => ({ name: label, type, meaning }))).catch((error) => {
    list = null;
    throw error;
  });
  return list;
}
