/**
 * What stands where there is nothing to show: nothing found, refused, no answer, still asking.
 */

import { Refusal, send } from '../api.js';
import { h, icon } from '../dom.js';

const MARKS = {
  empty: 'M7 2.5a4.500 4.500 0 1 1 0 9a4.500 4.500 0 1 1 0-9zM10.300 10.300l3.400 3.400M5.200 7h3.600',
  bad: 'M8 2l6.500 11.500h-13zM8 6.500v3.300M8 11.700v.1',
};

/**
 * A box with a heading, a sentence and what to do.
 * @param {{title: string, text?: string, actions?: (Node|null)[], bad?: boolean, testid?: string}} content
 * @returns {HTMLElement}
 */
export const stateBox = ({ title, text, actions = [], bad = false, testid = 'empty' }) => h(`div.state-box${bad ? '.bad' : ''}`,
  { role: bad ? 'alert' : 'status', data: { testid } },
  icon(MARKS[bad ? 'bad' : 'empty'], 'state-mark', { stroke: true }),
  h('h2', { text: title }), text ? h('p', { text }) : null,
  actions.length ? h('div.tool-group', {}, ...actions) : null);

/** A button for a state box. @param {string} text @param {() => void} perform @param {Record<string, string>} [data] */
export const stateAction = (text, perform, data = {}) => h('button.tool', { type: 'button', text, data, on: { click: perform } });

/**
 * What went wrong, with the way on: a token where one is needed, else another try.
 * @param {Error} error
 * @param {() => void} retry
 */
export function errorBox(error, retry) {
  const status = error instanceof Refusal ? error.status : 0;
  if (status === 401) return tokenBox(retry);
  const titles = { 0: 'No answer', 400: 'This question cannot be understood', 404: 'Not found', 429: 'Too many questions at once', 503: 'The server could not answer' };
  return stateBox({
    title: titles[status] ?? 'The server refused', text: error.message.replace(/^q: /, ''), bad: true, testid: 'error',
    actions: [stateAction('Try again', retry)],
  });
}

/** What stands in place of an answer while the query has a fault, which is shown where it is. */
export const faultBox = () => stateBox({ title: 'This query cannot be understood', text: 'The mark below the query shows where. Nothing was searched.', bad: true, testid: 'error' });

/** Asks for the token, which becomes a cookie that scripts cannot read. */
function tokenBox(done) {
  const field = /** @type {HTMLInputElement} */ (h('input.field', { type: 'password', 'aria-label': 'Token', autocomplete: 'current-password', required: true }));
  const wrong = h('p', { role: 'alert' });
  const form = h('form.token-form', {}, field, h('button.tool.primary', { type: 'submit', text: 'Unlock' }));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    try {
      await send('api/v1/session', { token: field.value });
      done();
    } catch (error) {
      wrong.textContent = error.message;
    }
  });
  const box = stateBox({ title: 'A token is needed', text: 'Enter the token that this server was started with. The browser keeps it until the server stops.', testid: 'token' });
  box.append(form, wrong);
  return box;
}

/** Grey bars where an answer will stand. @param {number} lines */
export const skeleton = (lines) => h('div.skeleton', { 'aria-hidden': true }, ...Array.from({ length: lines }, () => h('div.shimmer')));
