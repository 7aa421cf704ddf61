// Commands on the open connection that wait for their ack.

import { ApiError } from "shared/api.js";

/** A refusal, or a failure, of a command; `retryable` says that the same may do later. */
export function refused(error, retryable = false) {
  return Object.assign(new ApiError(error), { retryable: Boolean(retryable) });
}

export class Asks {
  #count = 0;
  #waiting = new Map();

  /** `write(frame)` puts a frame on the connection. */
  constructor(write) {
    this.write = write;
  }

  get nextRef() {
    this.#count += 1;
    return String(this.#count);
  }

  /** The ack's data; after `timeout` ms, or when the connection is lost, it is not known whether it was done. */
  ask(type, fields, timeout) {
    const ref = this.nextRef;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#settle(ref, "reject", refused({ code: "timeout" }, true)), timeout);
      this.#waiting.set(ref, { resolve, reject, timer });
      this.write({ ...fields, type, ref });
    });
  }

  acknowledged({ ref, data }) {
    this.#settle(ref, "resolve", data);
  }

  refused(frame) {
    this.#settle(frame.ref, "reject", refused(frame, frame.retryable));
  }

  connectionLost() {
    for (const ref of [...this.#waiting.keys()])
      this.#settle(ref, "reject", refused({ code: "connection_lost" }, true));
  }

  #settle(ref, how, value) {
    const waiting = this.#waiting.get(ref);
    if (!waiting) return;
    this.#waiting.delete(ref);
    clearTimeout(waiting.timer);
    waiting[how](value);
  }
}
