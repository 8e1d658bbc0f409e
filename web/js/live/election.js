/**
 * Which of the browser's tabs holds the stream. HTTP/1.1 gives a browser six connections to one origin, so a stream per
 * tab would leave the seventh without an answer to anything.
 *
 * With Web Locks (https, or loopback) the leader is whoever holds the lock. Without them the leader keeps saying that it
 * leads, and a tab that has not heard so for a while takes over; of two leaders the one that claimed later stays, because
 * the earlier one has been silent: its timers are throttled.
 */

const CLAIM_INTERVAL_MS = 1000;
const CLAIM_EXPIRES_MS = 3500;

/** @typedef {{lead: () => void, follow: () => void}} Roles called when this tab becomes leader, or ceases to be */

/**
 * Takes part in the election for as long as the page lives, or until it leaves.
 * @param {string} name what is shared
 * @param {BroadcastChannel} channel
 * @param {string} tab this tab's id
 * @param {Roles} roles
 * @returns {() => void} takes part no longer
 */
export function takePart(name, channel, tab, roles) {
  if (navigator.locks) return standForLock(name, roles);
  const lease = new Lease(channel, tab, roles);
  lease.start();
  return () => lease.leave();
}

/** Waits for the lock and keeps it until the page goes, or the tab leaves. @param {string} name @param {Roles} roles */
function standForLock(name, roles) {
  const waiting = new AbortController();
  let release = () => {};
  navigator.locks.request(name, { signal: waiting.signal }, () => {
    if (waiting.signal.aborted) return undefined;
    roles.lead();
    return new Promise((resolve) => { release = () => resolve(undefined); });
  }).catch(() => waiting.signal.aborted || roles.follow());
  return () => {
    waiting.abort();
    release();
  };
}

/** An election by announcements, for pages without Web Locks. */
class Lease {
  #channel;
  #tab;
  #roles;
  #leading = false;
  #claimedAt = 0;
  #heardAt = 0;
  #timer = 0;
  #isOut = false;

  constructor(channel, tab, roles) {
    this.#channel = channel;
    this.#tab = tab;
    this.#roles = roles;
  }

  start() {
    // A random first wait keeps tabs that a browser restores together from claiming at the same moment.
    this.#heardAt = Date.now() - CLAIM_EXPIRES_MS + 300 + Math.random() * 700;
    this.#channel.addEventListener('message', ({ data }) => this.#hear(data));
    this.#channel.postMessage({ kind: 'who-leads' });
    addEventListener('pagehide', () => this.#goes());
    this.#timer = setInterval(() => this.#tick(), CLAIM_INTERVAL_MS / 2);
  }

  /** Lets another tab lead. */
  leave() {
    clearInterval(this.#timer);
    this.#goes();
    this.#isOut = true;
  }

  #goes() {
    if (this.#leading && !this.#isOut) this.#channel.postMessage({ kind: 'leader-gone' });
  }

  #tick() {
    if (this.#leading) this.#announce();
    else if (Date.now() - this.#heardAt > CLAIM_EXPIRES_MS) {
      this.#leading = true;
      this.#claimedAt = Date.now();
      this.#announce();
      this.#roles.lead();
    }
  }

  #announce() {
    this.#channel.postMessage({ kind: 'claim', tab: this.#tab, claimedAt: this.#claimedAt });
  }

  #hear(message) {
    if (message.kind === 'who-leads' && this.#leading) this.#announce();
    if (message.kind === 'leader-gone') this.#heardAt = Date.now() - CLAIM_EXPIRES_MS + Math.random() * 300;
    if (message.kind !== 'claim') return;
    this.#heardAt = Date.now();
    const later = message.claimedAt > this.#claimedAt || (message.claimedAt === this.#claimedAt && message.tab > this.#tab);
    if (this.#leading && later) {
      this.#leading = false;
      this.#roles.follow();
    }
  }
}
