/**
 * From one event to its relatives: the questions that an analyst asks next, as links.
 */

import { address } from './api.js';
import { both, clause, quoted } from './kql.js';
import { networkOf } from './net.js';
import { writeRange } from './range.js';

const HOUR = 3_600_000;

/**
 * The address of the workbench with a query and a range.
 * @param {string} query
 * @param {import('./range.js').Range} [range]
 */
export function exploreAddress(query, range) {
  const values = new URLSearchParams();
  if (query) values.set('q', query);
  if (range) writeRange(range, values);
  return address(`explore${values.size ? `?${values}` : ''}`);
}

/**
 * Questions about what is near an event.
 * @param {Map<string, string>} fields of the event
 * @returns {{label: string, query: string, range: import('./range.js').Range}[]}
 */
export function pivotsOf(fields) {
  const time = Date.parse(fields.get('@timestamp') ?? '');
  if (Number.isNaN(time)) return [];
  const around = (hours) => ({ from: time - hours * HOUR, to: time + hours * HOUR });
  const pivots = [];
  const add = (field, label, hours, make = (value) => clause(field, value)) => {
    const value = fields.get(field);
    // Several values of one field stand in one text with commas; none of them alone would be the event's.
    const query = value && !value.includes(', ') ? make(value) : null;
    if (query) pivots.push({ label, query, range: around(hours) });
  };
  add('source.ip', 'Same address ±1 h', 1);
  add('source.ip', networkLabel(fields.get('source.ip')), 24, (ip) => networkOf(ip) && `source.ip: ${quoted(networkOf(ip))}`);
  add('rule.name', 'Same rule ±24 h', 24);
  add('session.id', 'Same session', 24);
  add('user.name', 'Same user ±24 h', 24);
  add('file.hash.sha256', 'Same file ±30 d', 720);
  for (const [field, { name, mentioned }] of Object.entries(MENTIONS)) {
    add(field, `Posts that mention this ${name}`, 720, (value) => both('event.family: post', clause(mentioned, value)));
  }
  return pivots;
}

/** Where the indicators that a post's text names are kept. */
const MENTIONS = {
  'source.ip': { name: 'address', mentioned: 'related.ip' }, 'vulnerability.id': { name: 'CVE', mentioned: 'vulnerability.id' },
  'url.domain': { name: 'domain', mentioned: 'related.hosts' }, 'file.hash.sha256': { name: 'file', mentioned: 'related.hash' },
};

const networkLabel = (ip) => `Same ${ip?.includes(':') ? '/64' : '/24'} ±24 h`;
