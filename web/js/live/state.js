/**
 * What the server has said so far, as one snapshot that frames keep current. Every number in it is the server's:
 * nothing is added up here, so two screens with equal `upTo` cannot differ.
 */

/** Most rows kept, as many as a snapshot brings. */
const RECENT_ROWS = 2000;

/** Keys that a frame replaces whole; `countries` and the ticker are merged instead. */
const REPLACED = ['upTo', 'mode', 'clock', 'totals', 'types', 'severity', 'rate', 'unplaced', 'tops', 'ledger', 'sources',
  'sensors', 'window', 'replay'];

/** The newest state of the stage, in the shape of the protocol's snapshot. */
export class LiveState {
  /** @type {any} null until the first snapshot */
  snapshot = null;

  /** Grows with every snapshot, so that a widget can tell a new stage from a frame. */
  generation = 0;

  #known = new Set();

  /**
   * Takes a snapshot.
   * @param {any} snapshot
   * @returns {any[][]} its rows that this state had not seen
   */
  replace(snapshot) {
    // A replay's rows are told again when its clock reaches them.
    const recent = (snapshot.recent ?? []).filter((row) => snapshot.mode !== 'replay' || row[1] <= snapshot.clock);
    const sameStage = this.snapshot?.mode === snapshot.mode;
    const known = sameStage ? this.#known : new Set();
    const fresh = recent.filter((row) => !known.has(row[0]));
    this.snapshot = { ...snapshot, recent: recent.slice(-RECENT_ROWS), countries: { ...snapshot.countries } };
    this.#known = new Set(this.snapshot.recent.map((row) => row[0]));
    this.generation += 1;
    return fresh;
  }

  /**
   * Takes a frame.
   * @param {any} frame
   * @returns {any[][]} its ticker rows that this state had not seen
   */
  advance(frame) {
    const snapshot = this.snapshot;
    for (const key of REPLACED) if (frame[key] !== undefined) snapshot[key] = frame[key];
    if (frame.countries) Object.assign(snapshot.countries, frame.countries);
    const fresh = (frame.ticker ?? []).filter((row) => !this.#known.has(row[0]));
    for (const row of fresh) {
      this.#known.add(row[0]);
      snapshot.recent.push(row);
    }
    const excess = snapshot.recent.length - RECENT_ROWS;
    if (excess > 0) for (const row of snapshot.recent.splice(0, excess)) this.#known.delete(row[0]);
    return fresh;
  }
}
