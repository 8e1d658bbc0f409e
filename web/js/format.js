/**
 * The one place where numbers, times and addresses become text. Times are Unix milliseconds.
 */

const whole = new Intl.NumberFormat('en');
const oneDecimal = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const twoDigits = new Intl.NumberFormat('en', { maximumSignificantDigits: 2 });
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const clockTime = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const dayAndTime = new Intl.DateTimeFormat('en-GB', {
  year: 'numeric', month: 'short', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
});
const day = new Intl.DateTimeFormat('en-GB', { day: '2-digit', month: 'short' });
const DAY_MS = 86_400_000;
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** `1204` → `1,204`. @param {number} value */
export const count = (value) => whole.format(value ?? 0);

/** `1204311` → `1.2M`, for places too narrow for all digits. @param {number} value */
export const shortCount = (value) => (Math.abs(value) < 100_000 ? count(value) : compact.format(value));

/** Events per second: one decimal below 100, two digits that count below 1. @param {number} perSecond */
export function rate(perSecond) {
  if (perSecond >= 100) return count(Math.round(perSecond));
  return perSecond > 0 && perSecond < 1 ? twoDigits.format(perSecond) : oneDecimal.format(perSecond ?? 0);
}

/** A share of a whole as `12 %`; a share that is not zero never reads 0. @param {number} part @param {number} total */
export function share(part, total) {
  if (!total) return '0 %';
  const percent = (100 * part) / total;
  if (part > 0 && percent < 1) return '<1 %';
  return `${Math.round(percent)} %`;
}

/** Time of day in the viewer's zone. @param {number} time */
export const timeOfDay = (time) => clockTime.format(time);

/** Time of day; with the day before it when that is not the clock's. @param {number} time @param {number} clock */
export const timeBeside = (time, clock) => (Math.abs(clock - time) < DAY_MS ? timeOfDay(time) : `${day.format(time)} ${timeOfDay(time)}`);

/** Date and time in the viewer's zone. @param {number} time */
export const dateTime = (time) => dayAndTime.format(time);

/** What hovering a time shows: UTC in ISO 8601 and the zone that the text beside it is in. @param {number} time */
export const utc = (time) => `${new Date(time).toISOString().replace('T', ' ').replace('Z', '')} UTC (shown in ${zone})`;

/** Seconds as the largest sensible unit: `0.4 s`, `12 s`, `3 min`, `2 h`, `4 d`. @param {number} seconds */
export function duration(seconds) {
  const magnitude = Math.abs(seconds);
  if (magnitude < 10) return `${oneDecimal.format(seconds)} s`;
  if (magnitude < 120) return `${Math.round(seconds)} s`;
  if (magnitude < 7200) return `${Math.round(seconds / 60)} min`;
  if (magnitude < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${count(Math.round(seconds / 86_400))} d`;
}

/** Replay speed against real time: `1,080×`. @param {number} factor */
export const speed = (factor) => `${factor >= 10 ? count(Math.round(factor)) : oneDecimal.format(factor)}×`;

/** Port with transport and, where known, service: `1433/tcp ms-sql-s`. @param {string|null} port @param {string|null} transport */
export const portName = (port, transport) => (port ? `${port}${transport ? `/${transport}` : ''}` : '');

/** `3 events`, `1 event`. @param {number} value @param {string} singular */
export const counted = (value, singular) => `${count(value)} ${singular}${value === 1 ? '' : 's'}`;
