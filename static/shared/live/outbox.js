// Messages on their way. Each is kept until the server has said that it is committed, and goes again with the same
// client_id after any break, so that it arrives once. sending → sent, or failed: then a person retries or deletes it; or old,
// when it has waited so long that its words may no longer be true: then its writer says whether it still goes.

import { newId } from "shared/ids.js";

const PAUSE = 2000;
export const OLD = 15 * 60_000; // ms

export class Outbox {
  #entries = new Map();
  #flushing = false;
  #waking = 0;
  #place = 0;

  /**
   * `send(entry)` answers the stored message or throws with `retryable`; `changed(entry)` is told of every step. `old` is
   * after how many ms its writer is asked first.
   */
  constructor({ memory, send, changed, old = OLD }) {
    this.old = old;
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
    this.#place += 1; // Among those of the same millisecond.
    const entry = {
      client_id: newId(),
      offer_id,
      driver_id,
      message,
      state: "sending",
      error: null,
      created_at: new Date().toISOString(),
      place: this.#place,
    };
    this.#keep(entry);
    this.flush();
    return entry;
  }

  retry(clientId) {
    const entry = this.#entries.get(clientId);
    if (!entry || !["failed", "old"].includes(entry.state)) return;
    this.#keep(Object.assign(entry, { state: "sending", error: null, wanted_at: new Date().toISOString() }));
    this.flush();
  }

  /** These messages are stored: what waits here under their client_id has arrived. */
  stored(messages) {
    for (const message of messages) {
      const entry = message.client_id && this.#entries.get(message.client_id);
      if (!entry) continue;
      this.#forget(entry.client_id);
      this.changed({ ...entry, state: "sent", stored: message });
    }
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
      this.#askAboutOld();
      for (let entry = this.#next(); entry; entry = this.#next()) {
        if (!(await this.#try(entry))) break;
      }
    } finally {
      this.#flushing = false;
    }
  }

  #askAboutOld() {
    for (const entry of this.entries()) {
      const age = Date.now() - Date.parse(entry.wanted_at ?? entry.created_at);
      if (entry.state === "sending" && age > this.old) this.#keep(Object.assign(entry, { state: "old" }));
      else if (entry.state === "old") this.changed({ ...entry }); // As the page before has left it.
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
    if (entry.state === "sending") setTimeout(() => this.#askAboutOld(), this.old + 1);
    this.#entries.set(entry.client_id, entry);
    this.memory.write(entry, entry.client_id);
    this.changed({ ...entry });
  }

  #forget(clientId) {
    this.#entries.delete(clientId);
    this.memory.remove(clientId);
  }
}
