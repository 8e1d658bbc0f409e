/**
 * Makes and takes apart KQL, as far as clicking needs it. The language itself is the server's (docs/query-language.md).
 */

const PLAIN = /^[\p{L}\p{N}_.\-/@+=%#?&!]+$/u;
const WORDS = /^(and|or|not|true|false|null|now.*)$/i;

/** A value as it stands behind a field: bare where that is safe. @param {string|number|boolean} value */
export function quoted(value) {
  const text = String(value);
  if (typeof value !== 'string') return text;
  return PLAIN.test(text) && !WORDS.test(text) ? text : `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** `field: value`. @param {string} field @param {string|number|boolean} value */
export const clause = (field, value) => `${field}: ${quoted(value)}`;

/** The opposite of a clause. @param {string} text */
export const negated = (text) => (text.startsWith('not ') ? text.slice(4).replace(/^\((.*)\)$/s, '$1') : `not ${text}`);

/**
 * Where a query has `and` and `or` outside brackets and quotes.
 * @param {string} text
 * @returns {{word: string, from: number, to: number}[]}
 */
function operators(text) {
  const found = [];
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '\\') at += 1;
    else if (character === '"') {
      for (at += 1; at < text.length && text[at] !== '"'; at += 1) if (text[at] === '\\') at += 1;
    } else if (character === '(' || character === '{') depth += 1;
    else if (character === ')' || character === '}') depth -= 1;
    else if (depth === 0 && /\s/.test(character)) {
      const match = /^\s+(and|or)(?=[\s(])/i.exec(text.slice(at));
      if (!match) continue;
      found.push({ word: match[1].toLowerCase(), from: at, to: at + match[0].length });
      at += match[0].length - 1;
    }
  }
  return found;
}

/**
 * The parts of a query that must all hold. A query with an `or` outside brackets is one part.
 * @param {string} text
 * @returns {string[]}
 */
export function conjuncts(text) {
  const whole = text.trim();
  if (!whole) return [];
  const found = operators(whole);
  if (found.some(({ word }) => word === 'or')) return [whole];
  const edges = [0, ...found.flatMap(({ from, to }) => [from, to]), whole.length];
  const parts = [];
  for (let index = 0; index < edges.length; index += 2) parts.push(whole.slice(edges[index], edges[index + 1]).trim());
  return parts.filter(Boolean);
}

/** A query that demands all parts. @param {string[]} parts */
export function conjunction(parts) {
  if (parts.length < 2) return parts.join('');
  return parts.map((part) => (operators(part).some(({ word }) => word === 'or') ? `(${part})` : part)).join(' and ');
}

/** The query with a part more; unchanged when it has that part, and without its opposite. @param {string} text @param {string} part */
export function narrowed(text, part) {
  const parts = conjuncts(text).filter((other) => other !== negated(part) && other !== part);
  return conjunction([...parts, part]);
}

/** The query without a part. @param {string} text @param {string} part */
export const widened = (text, part) => conjunction(conjuncts(text).filter((other) => other !== part));

/** Two queries that must both hold; either may be empty. @param {string} one @param {string} other */
export const both = (one, other) => conjunction([...conjuncts(one), ...conjuncts(other)]);
