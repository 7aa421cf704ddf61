// Receipts on their way: for each conversation only the furthest one, told until the server has it.

const TOGETHER = 150;

export class Marks {
  #wanted = new Map();
  #done = new Map();
  #timer = 0;

  /** `tell(kind, message)` answers a promise; `ready()` says whether telling is possible now. */
  constructor({ tell, ready }) {
    this.tell = tell;
    this.ready = ready;
  }

  /** `kind` is "delivered" or "read"; everything up to and including `message` is meant. */
  mark(kind, { id, offer_id, driver_id, seq }) {
    const key = `${kind}:${offer_id}:${driver_id}`;
    if (seq <= (this.#done.get(key) ?? 0) || seq <= (this.#wanted.get(key)?.message.seq ?? 0)) return;
    this.#wanted.set(key, { kind, message: { id, offer_id, driver_id, seq } });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), TOGETHER);
  }

  flush() {
    if (!this.ready()) return;
    for (const [key, wanted] of this.#wanted) {
      this.tell(wanted.kind, wanted.message).then(
        () => this.#finish(key, wanted),
        (error) => error.retryable || this.#finish(key, wanted),
      );
    }
  }

  #finish(key, wanted) {
    this.#done.set(key, Math.max(wanted.message.seq, this.#done.get(key) ?? 0));
    if (this.#wanted.get(key) === wanted) this.#wanted.delete(key);
  }
}
