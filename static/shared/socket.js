// The live connection of a page, and the only place that opens a WebSocket. What it promises:
//
//   socket.addEventListener("new_message", ({ detail }) => …)   every event of the server by its name, in order, once;
//                                                   also event.seq, event.at, event.fresh (false while catching up late)
//   socket.addEventListener("refetch", ({ detail: { reason } }) => …)   read the state again: something may be missing
//   socket.addEventListener("state", …)             socket.state has changed:
//     idle · connecting · live · polling (WebSockets are blocked here) · retrying (until socket.retryAt) · offline · ended
//   socket.addEventListener("ended", ({ detail: { code, reason } }) => …)   signed out, revoked, other_person, protocol
//   socket.addEventListener("outbox", ({ detail: entry }) => …)   a message on its way has changed its state
//
//   await socket.command(type, fields)              the ack's data, or an ApiError { code, fields, retryable, error }
//   socket.send({ offer_id, driver_id, message })   an entry { client_id, state: sending | sent | failed | old, … }, kept until
//                                                   sent; one that is old waits for its writer to say whether it still goes
//   socket.stored(messages)                         what waits under the client_id of one of these has arrived
//   socket.retry(client_id) · socket.drop(client_id) · socket.outgoing(offer_id, driver_id) · socket.waiting
//   await socket.join(offer_id, driver_id, after?) · socket.leave(offer_id, driver_id)     joined again after a break
//   socket.markRead(message) · socket.typing(offer_id, driver_id) · socket.stopTyping(offer_id, driver_id)
//
// "Delivered" is told by itself for every message of the other side, and somebody who types stops after 6 s.

import { Asks, refused } from "shared/live/asks.js";
import { backoff } from "shared/live/backoff.js";
import { Marks } from "shared/live/marks.js";
import { Memory } from "shared/live/memory.js";
import { Outbox } from "shared/live/outbox.js";
import { Poller } from "shared/live/poller.js";
import { byRest } from "shared/live/rest.js";
import { Stream } from "shared/live/stream.js";
import { MyTyping, TheirTyping } from "shared/live/typing.js";
import { sideOf, sideOfKey } from "shared/sides.js";
import { json } from "shared/whole.js";

const FINAL = { 4500: "signed_out", 4501: "protocol", 4503: "revoked" };
const TIMES = {
  open: 12_000, // until `ready`
  answer: 15_000, // until an ack
  pong: 10_000, // until any frame after a heartbeat
  catchUp: 2000, // how long a head may be ahead of what has come
  hidden: 60_000, // a page seen again after longer reads its state again
  poll: 25, // seconds a poll may wait
  retryWhilePolling: 60_000,
  fresh: 60_000,
};
const BLOCKED_AFTER = 3; // tries that never got ready: poll instead
const OFFLINE_AFTER = 4; // tries in vain: say so
const RESUMES = 3; // in vain, then a new connection

/** An event of the server. `detail` is its data. */
export class LiveEvent extends CustomEvent {
  constructor(name, { data, seq = null, at = null }, fresh = true) {
    super(name, { detail: data });
    this.seq = seq;
    this.at = at;
    this.fresh = fresh;
  }
}

export class Socket extends EventTarget {
  state = "idle";
  retryAt = 0;
  user = null;
  connectionId = null;

  #ws = null;
  #timers = {};
  #joined = new Map();
  #attempts = 0;
  #neverReady = 0;
  #resumes = 0;
  #resuming = false;
  #drainingMs = 0;
  #hiddenSince = 0;
  #serverOffset = 0;

  /**
   * `person` is "driver:15"; `cursor` the stream's head as the page was rendered ({ epoch, seq }), when the page knows it.
   * `times` shortens waiting in tests.
   */
  constructor({ url, person, cursor = null, times = {} }) {
    super();
    this.url = url;
    this.person = person;
    this.times = { ...TIMES, ...times };
    this.memory = new Memory(sessionStorage, person, "cursor");
    this.stream = new Stream({
      cursor: cursor ?? this.#rememberedCursor(),
      apply: (frame) => this.#apply(frame),
      gap: () => this.#resume(),
      keep: (kept) => this.memory.write(kept),
    });
    this.asks = new Asks((frame) => this.#write(frame));
    this.poller = new Poller({
      cursor: () => this.stream.cursor,
      came: (turn) => this.#polled(turn),
      failed: (error) => this.#pollFailed(error),
      wait: this.times.poll,
    });
    this.outbox = new Outbox({
      memory: new Memory(localStorage, person, "outbox:"),
      send: ({ offer_id, driver_id, message, client_id }) =>
        this.command("send_message", { offer_id, driver_id, message, client_id }),
      changed: (entry) => this.#tell("outbox", entry),
    });
    this.marks = new Marks({
      ready: () => this.isUp,
      tell: (kind, { id, ...where }) =>
        this.command(`mark_message_${kind}`, { ...where, ...(this.poller.isOn && { message_id: id }) }),
    });
    this.mine = new MyTyping((type, pair) => this.state === "live" && this.command(type, pair).catch(() => {}));
    this.theirs = new TheirTyping((data) => this.#emit({ type: "user_stopped_typing", data }));
  }

  /** Whether commands get through now. */
  get isUp() {
    return this.state === "live" || this.state === "polling";
  }

  /** How many messages wait to be sent. */
  get waiting() {
    return this.outbox.entries().filter((entry) => entry.state === "sending").length;
  }

  connect() {
    if (this.state !== "idle" || !this.person) return;
    addEventListener("online", () => this.#hurry());
    addEventListener("offline", () => this.#probe());
    addEventListener("pagehide", () => this.#leave());
    addEventListener("pageshow", ({ persisted }) => persisted && this.#comeBack());
    document.addEventListener("visibilitychange", () => this.#seenOrHidden());
    this.#open();
  }

  /** Sends a command and answers its ack's data. While a connection is being made it waits for that, within the time-out. */
  async command(type, fields = {}, { timeout = this.times.answer } = {}) {
    if (this.state === "ended") throw refused({ code: "not_authenticated" });
    if (!this.isUp) await this.#up(timeout);
    return this.poller.isOn ? byRest(type, fields) : this.asks.ask(type, fields, timeout);
  }

  send(message) {
    return this.outbox.add(message);
  }

  retry(clientId) {
    this.outbox.retry(clientId);
  }

  drop(clientId) {
    this.outbox.drop(clientId);
  }

  stored(messages) {
    this.outbox.stored(messages);
  }

  outgoing(offerId, driverId) {
    return this.outbox.entries(offerId, driverId);
  }

  async join(offerId, driverId, after) {
    const pair = { offer_id: offerId, driver_id: driverId };
    const joined = await this.command("join_offer_chat", after === undefined ? pair : { ...pair, after });
    this.#joined.set(`${offerId}:${driverId}`, { ...pair, after: joined.last_seq });
    return joined;
  }

  leave(offerId, driverId) {
    if (!this.#joined.delete(`${offerId}:${driverId}`) || this.state !== "live") return;
    this.command("leave_offer_chat", { offer_id: offerId, driver_id: driverId }).catch(() => {});
  }

  markRead(message) {
    this.marks.mark("read", message);
  }

  typing(offerId, driverId) {
    this.mine.typed({ offer_id: offerId, driver_id: driverId });
  }

  stopTyping(offerId, driverId) {
    this.mine.stopped({ offer_id: offerId, driver_id: driverId });
  }

  /** Leaves nothing of this person in the browser: before signing out. */
  forget() {
    for (const entry of this.outbox.entries()) this.outbox.drop(entry.client_id);
    this.#end("signed_out", 1000, { quietly: true });
    this.memory.remove();
  }

  // --- opening and losing ---------------------------------------------------------------------------------------

  #rememberedCursor() {
    // A page that the browser kept may be older than the cursor: then everything is read again.
    const [visit] = performance.getEntriesByType?.("navigation") ?? [];
    return visit?.type === "back_forward" ? null : this.memory.read();
  }

  #open() {
    if (this.#ws || this.state === "ended") return;
    clearTimeout(this.#timers.retry);
    if (!this.poller.isOn) this.#become("connecting");
    let ws;
    try {
      ws = new WebSocket(this.url, "offers.v1");
    } catch {
      return this.#lost(1006);
    }
    this.#ws = ws;
    ws.onopen = () => this.#write({ type: "authenticate", ...(this.stream.cursor && { cursor: this.stream.cursor }) });
    ws.onmessage = ({ data }) => this.#read(data);
    ws.onclose = ({ code }) => this.#lost(code);
    this.#timers.open = setTimeout(() => this.#lost(1006), this.times.open);
  }

  #lost(code) {
    const wasReady = this.state === "live";
    this.#drop();
    if (FINAL[code]) return this.#end(FINAL[code], code);
    this.#attempts += 1;
    this.#neverReady = wasReady ? 0 : this.#neverReady + 1;
    if (this.#neverReady >= BLOCKED_AFTER) this.poller.start();
    const wait = this.#drainingMs || (this.poller.isOn ? this.times.retryWhilePolling : backoff(this.#attempts));
    this.#drainingMs = 0;
    this.#retryIn(wait);
    if (this.state !== "polling") this.#become(this.#offline ? "offline" : "retrying");
  }

  #retryIn(wait) {
    clearTimeout(this.#timers.retry);
    this.retryAt = Date.now() + wait;
    this.#timers.retry = setTimeout(() => this.#open(), wait);
  }

  get #offline() {
    return navigator.onLine === false || this.#attempts >= OFFLINE_AFTER;
  }

  /** Takes the connection down without waiting for the network to say so: a dead one may never close. */
  #drop() {
    const ws = this.#ws;
    this.#ws = null;
    for (const name of ["open", "beat", "pong", "stable", "behind"]) clearTimeout(this.#timers[name]);
    this.#resuming = false;
    if (ws) {
      ws.onopen = ws.onmessage = ws.onclose = null;
      ws.close();
    }
    this.asks.connectionLost();
  }

  #end(reason, code, { quietly = false } = {}) {
    clearTimeout(this.#timers.retry);
    this.poller.stop();
    this.#drop();
    this.#become("ended");
    if (!quietly) this.#tell("ended", { code, reason });
  }

  #hurry() {
    if (this.#ws || this.state === "idle" || this.state === "ended") return;
    this.#open();
  }

  #leave() {
    clearTimeout(this.#timers.retry);
    this.poller.stop();
    this.#drop();
  }

  #comeBack() {
    if (this.state === "ended") return location.reload();
    this.#open();
    this.#tell("refetch", { reason: "hidden" });
  }

  #seenOrHidden() {
    if (document.hidden) {
      this.#hiddenSince = Date.now();
      return;
    }
    const hidden = this.#hiddenSince ? Date.now() - this.#hiddenSince : 0;
    this.#hiddenSince = 0;
    if (this.#ws) this.#probe();
    else this.#hurry();
    if (hidden > this.times.hidden) this.#tell("refetch", { reason: "hidden" });
  }

  // --- frames ---------------------------------------------------------------------------------------------------

  #write(frame) {
    this.#ws.send(json(frame));
  }

  #read(text) {
    clearTimeout(this.#timers.pong);
    const frame = JSON.parse(text);
    switch (frame.type) {
      case "ready":
        return this.#ready(frame);
      case "pong":
        return this.#pong(frame);
      case "ack":
        return this.asks.acknowledged(frame);
      case "error":
        return this.asks.refused(frame);
      default:
        return Number.isInteger(frame.seq) ? this.stream.take(frame) : this.#apply(frame);
    }
  }

  #ready(frame) {
    clearTimeout(this.#timers.open);
    if (`${frame.user?.type}:${frame.user?.id}` !== this.person) return this.#end("other_person", 1000);
    this.user = frame.user;
    this.connectionId = frame.connection_id;
    this.#serverOffset = Date.parse(frame.server_time) - Date.now() || 0;
    this.poller.stop();
    this.#neverReady = 0;
    this.retryAt = 0;
    // A server that takes us in and drops us at once is not asked at full speed.
    this.#timers.stable = setTimeout(() => (this.#attempts = 0), 5000);
    this.#beatEvery((frame.heartbeat_interval ?? 25) * 1000);
    this.#become("live");
    this.#tell("ready", frame);
    this.#goOnFrom(frame);
    this.#catchUpChats();
    this.outbox.flush();
    this.marks.flush();
  }

  /** After `ready`, a resume or a poll: either the events follow, or the page reads the state again. */
  #goOnFrom({ epoch, head, recovered }) {
    const { cursor } = this.stream;
    if (recovered && cursor?.epoch === epoch) return;
    this.stream.restart({ epoch, seq: head });
    this.#tell("refetch", { reason: cursor ? "gap" : "first" });
  }

  #catchUpChats() {
    for (const [key, { offer_id, driver_id, after }] of this.#joined) {
      this.command("join_offer_chat", { offer_id, driver_id, after }).catch(
        (error) => error.retryable || this.#joined.delete(key),
      );
    }
  }

  #apply(frame) {
    const { type, data } = frame;
    if (type === "draining") this.#drainingMs = backoff(1) + (data?.retry_ms ?? 0);
    if (type === "user_typing") this.theirs.heard(data);
    if (type === "user_stopped_typing") this.theirs.stopped(data);
    if (type === "new_message") this.#arrived(data);
    this.#emit(frame);
  }

  #arrived(message) {
    const joined = this.#joined.get(`${message.offer_id}:${message.driver_id}`);
    if (joined) joined.after = Math.max(joined.after ?? 0, message.seq);
    this.outbox.stored([message]); // The answer to it may have got lost.
    this.theirs.wrote(message);
    const side = sideOf(message.sender.type);
    const fromOtherSide = side !== null && side !== sideOfKey(this.person);
    if (fromOtherSide && !message.delivered_at) this.marks.mark("delivered", message);
  }

  #emit(frame) {
    const fresh = !frame.at || Date.now() + this.#serverOffset - Date.parse(frame.at) < this.times.fresh;
    this.dispatchEvent(new LiveEvent(frame.type, frame, fresh));
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  #become(state) {
    if (state === this.state && state !== "retrying") return;
    this.state = state;
    this.#tell("state", { state, retryAt: this.retryAt });
  }

  /** Until commands get through, or it is plain that they will not soon. */
  #up(timeout) {
    return new Promise((resolve, reject) => {
      const refuse = () => done(reject, refused({ code: "offline" }, true));
      const timer = setTimeout(refuse, timeout);
      const look = () => {
        if (this.isUp) done(resolve);
        else if (["offline", "ended"].includes(this.state)) refuse();
      };
      const done = (settle, value) => {
        clearTimeout(timer);
        this.removeEventListener("state", look);
        settle(value);
      };
      this.addEventListener("state", look);
      look();
    });
  }

  // --- staying alive, and whole -----------------------------------------------------------------------------------

  #beatEvery(interval) {
    const beat = () => {
      this.#probe();
      this.#timers.beat = setTimeout(beat, interval);
    };
    clearTimeout(this.#timers.beat);
    this.#timers.beat = setTimeout(beat, interval);
  }

  /** Any frame is a sign of life; without one in time the connection is dead, whatever the browser believes. */
  #probe() {
    if (this.state !== "live") return;
    this.#write({ type: "heartbeat", ref: this.asks.nextRef });
    clearTimeout(this.#timers.pong);
    this.#timers.pong = setTimeout(() => this.#lost(1006), this.times.pong);
  }

  #pong(frame) {
    this.#tell("pong", frame);
    if (!this.stream.isBehind(frame.head)) return;
    this.#timers.behind = setTimeout(() => this.stream.isBehind(frame.head) && this.#resume(), this.times.catchUp);
  }

  async #resume() {
    if (this.#resuming || this.state !== "live") return;
    this.#resuming = true;
    this.#resumes += 1;
    try {
      this.#goOnFrom(await this.asks.ask("resume", { cursor: this.stream.cursor }, this.times.answer));
      // The events follow their ack; when they do not fill the gap, it is asked again, and then started afresh.
      clearTimeout(this.#timers.behind);
      this.#timers.behind = setTimeout(() => this.#filled(), this.times.catchUp);
    } catch (error) {
      this.#resuming = false;
      if (this.state === "live") this.#lost(error.code === "timeout" ? 1006 : 4010);
    }
  }

  #filled() {
    this.#resuming = false;
    if (!this.stream.hasGap) this.#resumes = 0;
    else if (this.#resumes < RESUMES) this.#resume();
    else this.#startAfresh();
  }

  #startAfresh() {
    this.#resumes = 0;
    this.stream.cursor = null;
    this.#lost(4010);
  }

  // --- without WebSockets -----------------------------------------------------------------------------------------

  #polled(turn) {
    if (this.state !== "polling") {
      this.#become("polling");
      this.outbox.flush();
      this.marks.flush();
    }
    this.#goOnFrom(turn);
    for (const frame of turn.events) this.stream.take(frame);
  }

  #pollFailed(error) {
    if (error.status === 401) return this.#end("signed_out", 4500);
    if (!this.#ws) this.#retryIn(backoff(this.#attempts));
    this.#become(this.#offline ? "offline" : "retrying");
  }
}

function pageSocket() {
  const { actor, epoch, seq } = document.body?.dataset ?? {};
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  return new Socket({
    url: `${scheme}://${location.host}/ws/`,
    person: actor ?? "",
    cursor: epoch ? { epoch, seq: Number(seq) } : null,
  });
}

/** The socket of this page. */
export const socket = pageSocket();
