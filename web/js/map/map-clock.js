/** The map's own time in seconds: it stands still while the picture is paused. */
export class MapClock {
  #frozenAt = 0;
  #frozenFor = 0;

  /** Whether it stands still. */
  get frozen() {
    return this.#frozenAt > 0;
  }

  now() {
    return ((this.#frozenAt || performance.now()) - this.#frozenFor) / 1000;
  }

  /** Stands still, or goes on from where it stood. @param {boolean} frozen */
  freeze(frozen) {
    if (frozen === this.frozen) return;
    if (!frozen) this.#frozenFor += performance.now() - this.#frozenAt;
    this.#frozenAt = frozen ? performance.now() : 0;
  }
}
