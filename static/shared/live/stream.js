// The order of durable events: each once, by number, without a gap. What comes early waits for what is missing.

export class Stream {
  #early = new Map();

  /** `apply(frame)` gets each event in its turn; `gap()` is told while one is missing; `keep(cursor)` after each step. */
  constructor({ cursor = null, apply, gap, keep }) {
    this.cursor = cursor;
    this.apply = apply;
    this.gap = gap;
    this.keep = keep;
  }

  take(frame) {
    if (!this.cursor || frame.seq <= this.cursor.seq) return;
    this.#early.set(frame.seq, frame);
    this.#drain();
    if (this.hasGap) this.gap();
  }

  /** Go on from here: what lies before has been read in another way. */
  restart({ epoch, seq }) {
    if (this.cursor?.epoch !== epoch) this.#early.clear();
    this.cursor = { epoch, seq };
    this.keep(this.cursor);
    for (const early of this.#early.keys()) if (early <= seq) this.#early.delete(early);
    this.#drain();
  }

  get hasGap() {
    return this.#early.size > 0;
  }

  /** Whether the server has numbered events that have not come. */
  isBehind(head) {
    return this.cursor !== null && head > this.cursor.seq;
  }

  #drain() {
    for (let next = this.cursor.seq + 1; this.#early.has(next); next = this.cursor.seq + 1) {
      const frame = this.#early.get(next);
      this.#early.delete(next);
      this.cursor = { epoch: this.cursor.epoch, seq: next };
      this.apply(frame);
      this.keep(this.cursor);
    }
  }
}
