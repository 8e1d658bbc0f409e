/**
 * Takes a view's events out of the API, page by page, into a file on the viewer's machine.
 */

import { ask } from '../api.js';
import { SUMMARY } from '../fields.js';
import { summaryOf } from '../widgets/event-cells.js';
import { flatten } from '../widgets/event-fields.js';

const PAGE = 1000;

/** The file is put together in the browser's memory, so it has an end. */
export const MOST_EXPORTED = 100_000;

/** Values that a spreadsheet would take for a formula; numbers are none. */
const FORMULA = /^[=+\-@\t\r]/;

/** A value as a cell of CSV (RFC 4180) that no spreadsheet computes. @param {string} value */
export function csvCell(value) {
  const safe = FORMULA.test(value) && Number.isNaN(Number(value)) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const csvRow = (columns, event) => {
  const fields = flatten(event);
  return `${columns.map((column) => csvCell(column === SUMMARY ? summaryOf(fields) : fields.get(column) ?? '')).join(',')}\r\n`;
};

/**
 * Fetches events and makes a file of them.
 * @param {{q: string, from: number, to: number, upTo: string, order: string}} scope
 * @param {'csv'|'ndjson'} form
 * @param {string[]} columns of a CSV
 * @param {AbortSignal} signal
 * @param {(done: number) => void} onProgress
 * @returns {Promise<{file: Blob, number: number}>}
 */
export async function exportEvents(scope, form, columns, signal, onProgress) {
  const parts = form === 'csv' ? [`${columns.map(csvCell).join(',')}\r\n`] : [];
  let [after, number] = [null, 0];
  do {
    const page = await ask('events', { ...scope, limit: Math.min(PAGE, MOST_EXPORTED - number), after }, signal);
    parts.push(page.events.map((event) => (form === 'csv' ? csvRow(columns, event) : `${JSON.stringify(event)}\n`)).join(''));
    number += page.events.length;
    after = page.next;
    onProgress(number);
  } while (after && number < MOST_EXPORTED);
  return { file: new Blob(parts, { type: form === 'csv' ? 'text/csv;charset=utf-8' : 'application/x-ndjson' }), number };
}

/** Gives a file to the viewer. @param {Blob} file @param {string} name */
export function download(file, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
