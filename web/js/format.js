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
/** Seconds. */
const YEAR = 365.25 * 86_400;
const TWO_YEARS = 2 * YEAR;
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

const two = (value) => String(value).padStart(2, '0');

/** Date and time in the viewer's zone, as wide for every time: `2026-11-21 18:48:47`. @param {number} time */
export function stamp(time) {
  const at = new Date(time);
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${date} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** The same to the minute, or to the day where `span` (ms) is long. @param {number} time @param {number} [span] */
export const shortStamp = (time, span = 0) => stamp(time).slice(0, span > 90 * DAY_MS ? 10 : 16);

/** From when to when, without saying the same day twice. @param {number} from @param {number} to */
export function period(from, to) {
  const [start, end] = [stamp(from), stamp(to)];
  return `${start} – ${start.slice(0, 10) === end.slice(0, 10) ? end.slice(11) : end}`;
}

/** How a number changed against an earlier one: `+14 %`, `−3 %`, `×12`, `new`, `±0`. @param {number} current @param {number} previous */
export function change(current, previous) {
  if (current === previous) return '±0';
  if (previous === 0) return 'new';
  const factor = current / previous;
  if (factor >= 10) return `×${whole.format(Math.round(factor))}`;
  const percent = Math.round((factor - 1) * 100);
  if (percent === 0) return factor > 1 ? '+<1 %' : '−<1 %';
  return `${percent > 0 ? '+' : '−'}${whole.format(Math.abs(percent))} %`;
}

/** Address and port, IPv6 in brackets: `[2001:db8::1]:22`. @param {string|null} ip @param {string|number|null} port */
export const endpoint = (ip, port) => (port ? `${ip?.includes(':') ? `[${ip}]` : ip ?? ''}:${port}` : ip ?? '');

/** How long ago, or ahead: `3 min ago`. @param {number} time @param {number} now */
export function ago(time, now) {
  const seconds = Math.abs(now - time) / 1000;
  const length = seconds > TWO_YEARS ? `${oneDecimal.format(seconds / YEAR)} y` : duration(seconds);
  return time <= now ? `${length} ago` : `in ${length}`;
}

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

/** `3 events`, `1 event`. @param {number} value @param {string} singular @param {string} [plural] */
export const counted = (value, singular, plural = `${singular}s`) => `${count(value)} ${value === 1 ? singular : plural}`;
