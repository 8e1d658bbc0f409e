/**
 * An ECS document as groups of named values. Documents may be nested (`{"source": {"ip": …}}`) or dotted.
 */

/** Groups in the order in which an analyst asks; a field belongs to the first whose prefix it has. */
const GROUPS = [
  ['Event', ['@timestamp', 'event.', 'attack.', 'message', 'tags', 'labels.']],
  ['Noise', ['noise.']],
  ['Source', ['source.']],
  ['Destination', ['destination.', 'network.']],
  ['Sensor', ['observer.']],
  ['Rule and threat', ['rule.', 'threat.', 'vulnerability.']],
  ['Post', ['post.', 'sentiment.', 'bot.']],
];
const REST = 'More';
const RAW = 'event.original';

/**
 * All values of a document by their dotted names.
 * @param {object} document
 * @returns {Map<string, string>}
 */
export function flatten(document) {
  const fields = new Map();
  const visit = (value, name) => {
    if (value === null || value === undefined) return;
    if (Array.isArray(value)) fields.set(name, value.map((item) => (typeof item === 'object' ? JSON.stringify(item) : String(item))).join(', '));
    else if (typeof value === 'object') for (const [key, inner] of Object.entries(value)) visit(inner, name ? `${name}.${key}` : key);
    else fields.set(name, String(value));
  };
  visit(document, '');
  return fields;
}

/**
 * The fields but the raw line, in groups; empty groups are left out.
 * @param {Map<string, string>} fields
 * @returns {{title: string, fields: [string, string][]}[]}
 */
export function grouped(fields) {
  const groups = [...GROUPS.map(([title]) => ({ title, fields: [] })), { title: REST, fields: [] }];
  for (const [name, value] of fields) {
    if (name === RAW) continue;
    const index = GROUPS.findIndex(([, prefixes]) => prefixes.some((prefix) => name === prefix || name.startsWith(prefix)));
    groups.at(index === -1 ? -1 : index).fields.push([name, value]);
  }
  return groups.filter(({ fields: list }) => list.length > 0);
}

/** The raw line, or null. @param {Map<string, string>} fields */
export const rawLine = (fields) => fields.get(RAW) ?? null;

/**
 * What one line of a list shows of a document.
 * @param {object} document
 */
export function summary(document) {
  const fields = flatten(document);
  const first = (...names) => names.map((name) => fields.get(name)).find((value) => value !== undefined) ?? null;
  return {
    id: first('event.id'),
    time: Date.parse(first('@timestamp') ?? ''),
    type: first('attack.type'),
    address: first('source.ip', 'source.domain'),
    port: first('destination.port'),
    transport: first('network.transport'),
    title: first('rule.name', 'message', 'event.action', 'event.dataset') ?? '',
  };
}
