/**
 * What a wall board's link may choose: `/board?panels=countries,newest&seconds=20&sound=on&noise=hide`.
 */

import { readLens } from '../noise.js';

/** How long a panel stands. */
const STANDARD_SECONDS = 15;
const FEWEST_SECONDS = 3;
const MOST_SECONDS = 3600;

/**
 * @param {string} search
 * @param {string[]} known names of panels
 * @returns {{panels: string[], seconds: number, sound: boolean, hidesNoise: boolean}}
 */
export function readSettings(search, known) {
  const values = new URLSearchParams(search);
  const wanted = (values.get('panels') ?? '').split(',').filter((name) => known.includes(name));
  const seconds = Number(values.get('seconds'));
  return {
    panels: wanted.length ? [...new Set(wanted)] : known,
    seconds: seconds >= FEWEST_SECONDS && seconds <= MOST_SECONDS ? seconds : STANDARD_SECONDS,
    sound: values.get('sound') === 'on',
    hidesNoise: readLens(values),
  };
}
