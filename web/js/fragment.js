/**
 * The page's state that a link carries, in the URL's fragment: `#types=scan,exploit&event=7312`.
 */

/** All values of the fragment. */
export const fragment = () => new URLSearchParams(location.hash.slice(1));

/** One value of the fragment, or null. @param {string} key */
export const fragmentValue = (key) => fragment().get(key);

/**
 * Writes one value into the fragment without adding to the browser's history.
 * @param {string} key
 * @param {string|null} value null removes it
 */
export const setFragmentValue = (key, value) => setFragment({ [key]: value }, false);

/**
 * Writes values into the fragment; the others stay.
 * @param {Record<string, string|null>} changes null removes a value
 * @param {boolean} isNew whether the browser's way back leads to what it was before
 */
export function setFragment(changes, isNew) {
  const values = fragment();
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) values.delete(key);
    else values.set(key, value);
  }
  // Equal views have equal links.
  values.sort();
  const text = values.toString().replaceAll('%2C', ',').replaceAll('%3A', ':').replaceAll('%2F', '/');
  const address = text ? `#${text}` : location.pathname + location.search;
  if (`#${text}` === location.hash || (!text && !location.hash)) return;
  if (isNew) history.pushState(null, '', address);
  else history.replaceState(null, '', address);
}
