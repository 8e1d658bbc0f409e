/**
 * The page's state that a link carries, in the URL's fragment: `#types=scan,exploit&event=7312`.
 */

const read = () => new URLSearchParams(location.hash.slice(1));

/** One value of the fragment, or null. @param {string} key */
export const fragmentValue = (key) => read().get(key);

/**
 * Writes one value into the fragment without adding to the browser's history.
 * @param {string} key
 * @param {string|null} value null removes it
 */
export function setFragmentValue(key, value) {
  const values = read();
  if (value === null) values.delete(key);
  else values.set(key, value);
  const text = values.toString().replaceAll('%2C', ',');
  history.replaceState(null, '', text ? `#${text}` : location.pathname + location.search);
}
