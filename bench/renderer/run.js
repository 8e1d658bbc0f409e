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
 * @param {{warmUp: number, frames: number, seconds: number}} limits frames before and while measuring, and at most so long
 * @returns {Promise<{frame: number[], birth: number[]}>} milliseconds of each frame: drawing, and taking up new arcs
 */
window.measure = async (contender, arcs, { warmUp, frames, seconds }) => {
  const stage = await CONTENDERS[contender](arcs);
  const result = { frame: [], birth: [] };
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
      const passed = (renewed - began) / 1000;
      if (number >= warmUp + frames || (number > warmUp && passed > seconds)) resolve(result);
      else requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  });
};
