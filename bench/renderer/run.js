/**
 * Holds a number of arcs in the air and times each frame callback: `window.measure(contender, arcs, limits)`. The arcs' own
 * clock goes on by a sixtieth of a second with each frame, so that as many are born and end between two frames as where a
 * graphics card keeps up, however slow this machine draws.
 */

import { canvasPaths } from './canvas-paths.js';
import { earth, petrel } from './petrel.js';
import { START_SECONDS } from './world.js';

const FRAME_SECONDS = 1 / 60;
const CONTENDERS = { petrel, 'canvas-paths': canvasPaths, earth };

/**
 * @param {string} contender
 * @param {number} arcs in the air at any time
 * @param {{warmUp: number, frames: number, seconds: number, least: number}} limits frames before and while measuring; after so many
 *   seconds it ends, as soon as it has the least number of them
 * @returns {Promise<{frame: number[], birth: number[], seconds: number}>} milliseconds of each frame: drawing, and taking up new
 *   arcs; and how long all took
 */
window.measure = async (contender, arcs, { warmUp, frames, seconds, least }) => {
  const stage = await CONTENDERS[contender](arcs);
  const result = { frame: [], birth: [], seconds: 0 };
  let number = 0;
  let began = 0;
  return new Promise((resolve) => {
    const step = () => {
      const clock = START_SECONDS + number * FRAME_SECONDS;
      const start = performance.now();
      stage.draw(clock);
      const drawn = performance.now();
      stage.renew(clock);
      const renewed = performance.now();
      number += 1;
      if (number === warmUp) began = renewed;
      if (number > warmUp) {
        result.frame.push(drawn - start);
        result.birth.push(renewed - drawn);
      }
      result.seconds = (renewed - began) / 1000;
      const measured = result.frame.length;
      if (measured >= frames || (measured >= least && result.seconds > seconds)) resolve(result);
      else requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  });
};
