// A driver's answers on their way. Each waits here until the server has said what became of it, through dead zones and
// a closed page, with the version of the terms that was seen and a key of its own, by which the server does it once. It can be
// taken back until it has been sent: what was sent and not answered may have arrived.
//
//   answers.say({ proposal, offer, action, version, status, amount, currency, route, rate?, reason?, note? })
//   answers.of(proposal)        what waits for a proposal, or undefined: { …, pressed_at, underWay, sent, old }
//   answers.takeBack(proposal) · answers.sayStill(proposal)     an answer that is old waits for its driver to say it still
//   answers.view(proposal, version)
//
// Events: "change" (something waits, or no longer) · "answered" { entry, proposal } · "refused" { entry, error, current }

import { api } from "shared/api.js";
import { newId } from "shared/ids.js";
import { Memory } from "shared/live/memory.js";
import { socket } from "shared/socket.js";
import { now } from "shared/time.js";

const PATIENCE = 15_000;
const PAUSE = 3000;
const OLD = 60 * 60_000; // ms after which nothing binding goes out by itself

export class Answers extends EventTarget {
  #entries = new Map();
  #underWay = null;
  #viewing = new Map();
  #viewed = new Map();
  #timer = 0;

  constructor() {
    super();
    this.memory = new Memory(localStorage, socket.person, "answer:");
    for (const key of this.memory.keys()) {
      const entry = this.memory.read(key);
      if (entry) this.#entries.set(entry.proposal, entry);
    }
    socket.addEventListener("state", () => socket.isUp && this.flush());
    addEventListener("online", () => this.flush());
    if (this.#entries.size) this.#later();
  }

  get waiting() {
    return [...this.#entries.values()];
  }

  of(proposal) {
    const entry = this.#entries.get(proposal);
    return entry && { ...entry, underWay: this.#underWay === entry, old: isOld(entry) };
  }

  say(said) {
    const entry = { ...said, key: newId(), sent: false, pressed_at: new Date(now()).toISOString() };
    const viewed = this.#viewed.get(entry.proposal);
    if (viewed?.from === entry.version) entry.version = viewed.to;
    this.#entries.set(entry.proposal, entry);
    this.#write(entry);
    this.#tell("change");
    this.flush();
  }

  takeBack(proposal) {
    const entry = this.#entries.get(proposal);
    if (!entry || entry.sent) return;
    this.#forget(entry);
  }

  /** Says anew what was said long ago. */
  sayStill(proposal) {
    const entry = this.#entries.get(proposal);
    if (!entry) return;
    this.#write(Object.assign(entry, { still: new Date(now()).toISOString() }));
    this.#tell("change");
    this.flush();
  }

  forgetAll() {
    for (const entry of this.waiting) this.#forget(entry);
  }

  /** Tells that these terms were seen. That raises the version by one, which is no change of terms. */
  view(proposal, version) {
    if (this.#viewing.has(proposal) || this.#entries.has(proposal)) return;
    const seen = respond(proposal, { action: "view", version })
      .then(
        (viewed) => viewed.version === version + 1 && this.#viewed.set(proposal, { from: version, to: viewed.version }),
      )
      .catch(() => {})
      .finally(() => this.#viewing.delete(proposal));
    this.#viewing.set(proposal, seen);
  }

  /** Sends what waits, one after the other. */
  async flush() {
    clearTimeout(this.#timer);
    if (this.#underWay) return;
    for (const entry of this.waiting) {
      if (this.#entries.get(entry.proposal) !== entry || isOld(entry)) continue;
      this.#underWay = entry;
      this.#tell("change");
      const went = await this.#send(entry);
      this.#underWay = null;
      if (!went) break;
    }
    this.#tell("change");
    if (this.#entries.size) this.#later();
  }

  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), PAUSE);
  }

  /** True when the next one may go. */
  async #send(entry) {
    await this.#viewing.get(entry.proposal);
    const viewed = this.#viewed.get(entry.proposal);
    if (!entry.sent && viewed?.from === entry.version) entry.version = viewed.to;
    const { action, version, rate, reason, note, pressed_at, key } = entry;
    const body = {
      action,
      version,
      pressed_at,
      ...(rate && { rate }),
      ...(reason && { reason }),
      ...(note && { note }),
    };
    try {
      // Where there is no signal nothing is sent, and it can still be taken back.
      if (!socket.isUp) await read(entry.proposal);
      if (this.#entries.get(entry.proposal) !== entry) return true;
      this.#write(Object.assign(entry, { sent: true }));
      const proposal = await respond(entry.proposal, body, key);
      this.#forget(entry);
      this.#tell("answered", { entry, proposal });
    } catch (error) {
      if (this.#entries.get(entry.proposal) !== entry) return true; // Taken back before it left.
      if (error.isUnknown) entry.lost = true;
      this.#write(Object.assign(entry, { sent: Boolean(entry.lost) }));
      if (error.retryable || error.status === 401) return false;
      const current = error.error?.current ?? (await read(entry.proposal).catch(() => null));
      if (current && onlySeen(current, entry)) {
        this.#write(
          Object.assign(entry, {
            version: current.version,
            status: current.status,
            key: newId(),
            lost: false,
            sent: false,
          }),
        );
        return this.#send(entry);
      }
      this.#forget(entry);
      // The answer to an earlier try may have been lost on its way: what is there already was not refused.
      if (current && holds(current, entry)) this.#tell("answered", { entry, proposal: current });
      else this.#tell("refused", { entry, error, current });
    }
    return true;
  }

  #write(entry) {
    if (this.#entries.get(entry.proposal) === entry) this.memory.write(entry, entry.proposal);
  }

  #forget(entry) {
    if (this.#entries.get(entry.proposal) !== entry) return;
    this.#entries.delete(entry.proposal);
    this.memory.remove(entry.proposal);
    this.#tell("change");
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

function respond(proposal, body, key) {
  return api("PUT", `/proposals/${proposal}/respond`, { body, key, signal: AbortSignal.timeout(PATIENCE) });
}

function read(proposal) {
  return api("GET", `/proposals/${proposal}`, { signal: AbortSignal.timeout(PATIENCE) });
}

const isOld = ({ pressed_at, still, sent }) => !sent && now() - Date.parse(still ?? pressed_at) > OLD;

/** That terms were seen raises their version, and changes nothing in them; the answer to that may have been lost. */
const onlySeen = ({ status, version }, entry) =>
  entry.status === "sent" && status === "viewed" && version === entry.version + 1;

/** Whether a proposal is as this answer would have it. */
function holds({ status, agreed_rate, driver_proposed_rate }, { action, amount, rate }) {
  switch (action) {
    case "accept":
      return ["accepted", "awarded"].includes(status) && agreed_rate === amount;
    case "counter":
      return status === "counter_offered" && Number(driver_proposed_rate) === Number(rate);
    case "reject":
      return status === "rejected";
    default:
      return status === "viewed";
  }
}
