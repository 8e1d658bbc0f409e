/**
 * Views that the viewer has named, kept in this browser.
 */

const KEY = 'petrel.views';

/** @typedef {{name: string, search: string}} SavedView `search`: what stands behind the question mark of its link */

/** All saved views by name. @returns {SavedView[]} */
export function savedViews() {
  try {
    const views = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(views) ? views.filter((view) => typeof view?.name === 'string' && typeof view?.search === 'string') : [];
  } catch {
    return [];
  }
}

/** Saves a view under a name, in place of the one that has it. @param {SavedView} view */
export const saveView = (view) => write([...savedViews().filter(({ name }) => name !== view.name), view]);

/** Forgets a view. @param {string} name */
export const forgetView = (name) => write(savedViews().filter((view) => view.name !== name));

/** Returns whether the browser keeps it. */
function write(views) {
  try {
    localStorage.setItem(KEY, JSON.stringify(views.sort((one, other) => one.name.localeCompare(other.name))));
    return true;
  } catch {
    return false;
  }
}
