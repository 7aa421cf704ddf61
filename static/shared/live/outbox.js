// Messages on their way. Each is kept until the server has said that it is committed, and goes again with the same
// client_id after any break, so that it arrives once. sending → sent, or failed: then a person retries or deletes it.

const PAUSE = 2000;

/** A random UUID; browsers keep their own maker of them from pages without HTTPS. */
function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}

export class Outbox {
  #entries = new Map();
  #flushing = false;
  #waking = 0;
  #place = 0;

  /** `send(entry)` answers the stored message or throws with `retryable`; `changed(entry)` is told of every step. */
  constructor({ memory, send, changed }) {
    this.memory = memory;
    this.send = send;
    this.changed = changed;
    const kept = memory
      .keys()
      .map((key) => memory.read(key))
      .filter(Boolean);
    for (const entry of kept.sort((a, b) => a.created_at.localeCompare(b.created_at) || a.place - b.place))
      this.#entries.set(entry.client_id, entry);
  }

  /** Entries of one conversation (or all), oldest first. */
  entries(offerId, driverId) {
    const all = [...this.#entries.values()];
    return offerId === undefined
      ? all
      : all.filter((entry) => entry.offer_id === offerId && entry.driver_id === driverId);
  }

  add({ offer_id, driver_id, message }) {
    const entry = {
      client_id: newId(),
      offer_id,
      driver_id,
      message,
      state: "sending",
      error: null,
      created_at: new Date().toISOString(),
      place: (this.#place += 1), // Among those of the same millisecond.
    };
    this.#keep(entry);
    this.flush();
    return entry;
  }

  retry(clientId) {
    const entry = this.#entries.get(clientId);
    if (!entry || entry.state !== "failed") return;
    this.#keep(Object.assign(entry, { state: "sending", error: null }));
    this.flush();
  }

  drop(clientId) {
    const entry = this.#entries.get(clientId);
    if (!entry) return;
    this.#forget(clientId);
    this.changed({ ...entry, state: "dropped" });
  }

  /** Sends what waits, one after the other, so that words arrive in the order they were written. */
  async flush() {
    if (this.#flushing) return;
    this.#flushing = true;
    clearTimeout(this.#waking);
    try {
      for (let entry = this.#next(); entry; entry = this.#next()) {
        if (!(await this.#try(entry))) break;
      }
    } finally {
      this.#flushing = false;
    }
  }

  #next() {
    return this.entries().find((entry) => entry.state === "sending");
  }

  /** True when the next one may go. */
  async #try(entry) {
    try {
      const stored = await this.send(entry);
      const dropped = !this.#entries.has(entry.client_id);
      this.#forget(entry.client_id);
      if (!dropped) this.changed({ ...entry, state: "sent", stored });
      return true;
    } catch (error) {
      if (!this.#entries.has(entry.client_id)) return true;
      if (!error.retryable) {
        this.#keep(Object.assign(entry, { state: "failed", error: { code: error.code, message: error.message } }));
        return true;
      }
      // Without a connection the next one wakes it; with one (too many at once) time does.
      this.#waking = setTimeout(() => this.flush(), (error.retryAfter ?? 0) * 1000 || PAUSE);
      return false;
    }
  }

  #keep(entry) {
    this.#entries.set(entry.client_id, entry);
    this.memory.write(entry, entry.client_id);
    this.changed({ ...entry });
  }

  #forget(clientId) {
    this.#entries.delete(clientId);
    this.memory.remove(clientId);
  }
}
