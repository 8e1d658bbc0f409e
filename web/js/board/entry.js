/**
 * How a screen on a wall gets in: its link carries the token behind the `#`, which browsers send to nobody. The token is exchanged for
 * a cookie that scripts cannot read, and taken out of the address. It stays in this module's memory alone, so that the board gets in
 * again after the server was restarted, which ends all sessions.
 */

import { send } from '../api.js';
import { fragmentValue, setFragmentValue } from '../fragment.js';

/** @type {string|null} */
let token = null;

/** Whether there is a token to enter with again. */
export const hasToken = () => token !== null;

/** Takes the token out of the address, if it is there, and exchanges it. What refuses it, or does not answer, is told of by whatever asks next. */
export async function enter() {
  const given = fragmentValue('token');
  if (given !== null) {
    token = given;
    setFragmentValue('token', null);
  }
  if (token !== null) await send('api/v1/session', { token }).catch(() => {});
}
