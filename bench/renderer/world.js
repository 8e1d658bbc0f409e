/**
 * What both contenders draw: seeded arcs from 400 places to 8 sensors.
 */

/** When the first frame is, by the arcs' clock. */
export const START_SECONDS = 100;
const PLACES = 400;
const TYPES = ['scan', 'bruteforce', 'web', 'exploit', 'malware', 'dos'];

/** Numbers from 0 to 1, the same in every run (mulberry32). */
export function seeded(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** An endless sequence of arcs. @returns {() => {from: number[], to: number[], type: string, sensor: string}} degrees: longitude, latitude */
export function arcSource() {
  const random = seeded(7);
  const place = () => [random() * 340 - 170, random() * 120 - 50];
  const places = Array.from({ length: PLACES }, place);
  const sensors = Array.from({ length: 8 }, place);
  const pick = (list) => list[Math.floor(random() * list.length)];
  return () => {
    const sensor = Math.floor(random() * sensors.length);
    return { from: pick(places), to: sensors[sensor], type: pick(TYPES), sensor: `sensor-${sensor}` };
  };
}
