/**
 * This screen's own books: every event that reached it was drawn, merged into an arc that stands for several, or shed
 * with a reason: `received = drawn + merged + shed`.
 */

/** @typedef {'filtered'|'budget'|'paused'|'background'|'gap'} ShedReason */

/** What the reasons mean, for the tooltip. @type {Record<ShedReason, string>} */
export const SHED_REASONS = {
  filtered: 'hidden by the legend',
  budget: 'above the draw budget',
  paused: 'while paused',
  background: 'while the tab was in the background',
  gap: 'this screen read too slowly',
};

/** Counts what reached this screen, and independently of that what became of it. */
export class ViewerLedger {
  /** Events that the server said it sent: the frames' `n`, the gaps' `shed`, the backfill's rows. */
  received = 0;
  drawn = 0;
  merged = 0;
  /** @type {Record<ShedReason, number>} */
  shedBy = { filtered: 0, budget: 0, paused: 0, background: 0, gap: 0 };

  /** Events not drawn, for whatever reason. */
  get shed() {
    return Object.values(this.shedBy).reduce((sum, part) => sum + part, 0);
  }

  /** Whether every event received has exactly one fate. */
  get balances() {
    return this.received === this.drawn + this.merged + this.shed;
  }

  /** @param {number} events @param {ShedReason} reason */
  addShed(events, reason) {
    this.shedBy[reason] += events;
  }
}
