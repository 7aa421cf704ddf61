// Events by long polling, for networks that block WebSockets.

import { pollEvents } from "shared/live/rest.js";

export class Poller {
  #stop = null;

  /** `cursor()` says where to go on; `came(turn)` gets each answer; `failed(error)` is told once, and it is off again. */
  constructor({ cursor, came, failed, wait }) {
    Object.assign(this, { cursor, came, failed, wait });
  }

  get isOn() {
    return this.#stop !== null;
  }

  async start() {
    if (this.isOn) return;
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    try {
      // The first turn does not wait: it says whether this way is open.
      for (let wait = 0; ; wait = this.wait) {
        const turn = await pollEvents(this.cursor(), wait, signal);
        if (signal.aborted) return;
        this.came(turn);
      }
    } catch (error) {
      if (signal.aborted) return;
      this.#stop = null;
      this.failed(error);
    }
  }

  stop() {
    this.#stop?.abort();
    this.#stop = null;
  }
}
