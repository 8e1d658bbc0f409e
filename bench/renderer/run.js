/**
 * Holds a number of arcs in the air and times each frame callback: `window.measure(contender, arcs, limits)`.
 */

import { earth, petrel } from './petrel.js';
import { canvasPaths } from './canvas-paths.js';

const CONTENDERS = { petrel, 'canvas-paths': canvasPaths, earth };

/**
 * @param {string} contender
 * @param {number} arcs in the air at any time
 * @param {{warmUp: number, frames: number, seconds: number}} limits frames before and while measuring, and at most so long
 * @returns {Promise<{frame: number[], birth: number[], fps: number}>} milliseconds of each frame: drawing, and taking up new arcs
 */
window.measure = async (contender, arcs, { warmUp, frames, seconds }) => {
  const stage = await CONTENDERS[contender](arcs);
  const result = { frame: [], birth: [], fps: 0 };
  let number = 0;
  let began = 0;
  return new Promise((resolve) => {
    const step = () => {
      const start = performance.now();
      stage.draw(start / 1000);
      const drawn = performance.now();
      stage.renew(start / 1000);
      const renewed = performance.now();
      number += 1;
      if (number === warmUp) began = renewed;
      if (number > warmUp) {
        result.frame.push(drawn - start);
        result.birth.push(renewed - drawn);
      }
      const passed = (renewed - began) / 1000;
      if (number >= warmUp + frames || (number > warmUp && passed > seconds)) {
        result.fps = result.frame.length / passed;
        resolve(result);
      } else requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  });
};
