/**
 * Views that people have named, kept on the server for all who work with it.
 */

import { ask, send } from './api.js';

/**
 * @typedef {object} SavedView
 * @property {string} id
 * @property {string} name
 * @property {string} search what stands behind the question mark of its link
 * @property {string} created
 * @property {string|null} changed
 * @property {string} tag of what was read, to be sent with a change
 */

/** @type {SavedView[]} */
let known = [];

/** The views as they were last read. */
export const knownViews = () => known;

/** Reads all views, by name. @returns {Promise<SavedView[]>} */
export async function loadViews() {
  ({ views: known } = await ask('views', {}));
  return known;
}

/**
 * Saves a view.
 * @param {string} name
 * @param {string} search
 * @param {SavedView|undefined} replaced the view that it takes the place of
 */
export const saveView = (name, search, replaced) => (replaced
  ? send(`api/v1/views/${replaced.id}`, { name, search }, { method: 'PUT', tag: replaced.tag })
  : send('api/v1/views', { name, search }));

/** Removes a view for everybody. @param {SavedView} view */
export const removeView = (view) => send(`api/v1/views/${view.id}`, null, { method: 'DELETE', tag: view.tag });
