// A conversation between the office and a driver about one offer, for either side. templates/chat/_chat.html is its markup
// and says what a page has to give; this shows messages, sends, marks what is read, and keeps up without reloading.
//
// Events that it dispatches on its element (they bubble):
//   chat:answer   { action: accept | counter | reject | retract | award, proposal, button }   a button of a rate was pressed
//   chat:read     { seq }   the person has seen everything up to there
// It listens on window to "proposal-changed" ({ detail: proposal }), so that an answer shows before its event arrives.

import { Controller } from "@hotwired/stimulus";
import { counts, itemsOf } from "chat/bubbles.js";
import { keep } from "chat/keep.js";
import { api } from "shared/api.js";
import { isolated } from "shared/bidi.js";
import { h, say } from "shared/dom.js";
import { gettext, interpolate, ngettext } from "shared/i18n.js";
import { sideOf, sideOfKey } from "shared/sides.js";
import { socket } from "shared/socket.js";
import { ago, everySecond } from "shared/time.js";
import { cut } from "shared/whole.js";

const NEAR_END = 48; // px from the newest message that still count as being there
const TOUCHED = 400; // ms in which several touches are one
const PAGE = 50;
const FAR_PAGE = 200;
const SNIPPET = 140;

export class ChatController extends Controller {
  static targets = [
    "scroller",
    "list",
    "older",
    "aloud",
    "pill",
    "pillWord",
    "typing",
    "typist",
    "colleague",
    "colleagueName",
    "composer",
    "text",
    "counter",
    "closed",
    "looking",
    "cut",
    "cutWord",
    "search",
    "query",
    "found",
  ];
  static values = { offer: Number, driver: Number, viewer: String, talk: Object, miles: Number, enterSends: Boolean };

  connect() {
    const { conversation, messages, older, proposal, table, writer } = this.talkValue;
    this.messages = new Map(messages.map((message) => [message.seq, message]));
    Object.assign(this, { older, proposal, table, writer, open: conversation.status === "open" });
    this.readTo = conversation.last_read_seq;
    this.newAfter = conversation.unread ? conversation.last_read_seq : null;
    this.missed = 0;
    this.typists = new Map();
    this.gone = new AbortController();
    socket.stored(messages);
    this.#listen();
    this.#restoreDraft();
    this.draw();
    this.olderSeen = new IntersectionObserver(([entry]) => entry.isIntersecting && this.loadOlder(), {
      root: this.scrollerTarget,
    });
    this.olderSeen.observe(this.olderTarget);
    this.stopClock = everySecond(() => this.#drawCut());
    this.catchUp();
  }

  disconnect() {
    this.gone.abort();
    this.olderSeen.disconnect();
    this.stopClock();
    clearTimeout(this.touching);
    socket.stopTyping(...this.pair);
    socket.leave(...this.pair);
  }

  get pair() {
    return [this.offerValue, this.driverValue];
  }

  get last() {
    return Math.max(0, ...this.messages.keys());
  }

  get side() {
    return sideOfKey(this.viewerValue);
  }

  isHere({ offer_id, driver_id }) {
    return offer_id === this.offerValue && driver_id === this.driverValue;
  }

  // --- what happens -------------------------------------------------------------------------------------------------

  #listen() {
    const { signal } = this.gone;
    const on = (name, run) => socket.addEventListener(name, (event) => run(event.detail, event), { signal });
    const here = (run) => (detail) => this.isHere(detail) && run(detail);
    on(
      "new_message",
      here((message) => this.#arrived(message)),
    );
    on(
      "message_updated",
      here((message) => this.#replaced(message)),
    );
    on(
      "message_delivered",
      here((receipt) => this.#receipt(receipt, "delivered_at")),
    );
    on(
      "message_read",
      here((receipt) => this.#receipt(receipt, "read_at")),
    );
    on(
      "user_typing",
      here(({ actor }) => this.#types(actor, true)),
    );
    on(
      "user_stopped_typing",
      here(({ actor }) => this.#types(actor, false)),
    );
    on(
      "proposal_updated",
      here((proposal) => this.takeProposal(proposal)),
    );
    on("offer_status_changed", ({ id }) => id === this.offerValue && this.catchUp());
    on("offer_touched", ({ offer_id }) => offer_id === this.offerValue && this.#touched());
    on(
      "outbox",
      here((entry) => this.#onItsWay(entry)),
    );
    on("refetch", () => this.refresh());
    on("ready", () => this.catchUp());
    on("state", () => this.draw());
    const looked = () => this.seen();
    addEventListener("focus", looked, { signal });
    document.addEventListener("visibilitychange", looked, { signal });
    addEventListener("proposal-changed", ({ detail }) => this.isHere(detail) && this.takeProposal(detail), { signal });
  }

  #arrived(message) {
    const last = this.last;
    if (this.messages.has(message.seq)) return this.#replaced(message);
    const fromOthers = counts(message, this.viewerValue);
    if (fromOthers && !this.isWatched && this.readTo >= last) this.newAfter = last;
    const away = this.isScrolledUp;
    this.messages.set(message.seq, message);
    this.#types(message.sender, false);
    if (fromOthers && away) this.missed += 1;
    this.draw();
    if (fromOthers) say(this.aloudTarget, `${isolated(message.sender.name)}: ${isolated(message.message)}`);
    if (message.seq > last + 1) this.catchUp(last);
    this.seen();
  }

  #replaced(message) {
    if (!this.messages.has(message.seq)) return;
    this.messages.set(message.seq, message);
    this.draw();
  }

  #receipt({ reader, seq, at }, field) {
    if (sideOf(reader.type) === this.side) {
      if (field === "read_at" && `${reader.type}:${reader.id}` === this.viewerValue) this.#readElsewhere(seq);
      return;
    }
    for (const message of this.messages.values()) {
      if (message.seq > seq || sideOf(message.sender.type) !== this.side || message[field]) continue;
      message[field] = at;
      message.delivered_at ??= at;
    }
    this.draw();
  }

  /** The same person has read it on another device. */
  #readElsewhere(seq) {
    this.readTo = Math.max(this.readTo, seq);
  }

  #types(actor, types) {
    const key = `${actor.type}:${actor.id}`;
    if (key === this.viewerValue) return;
    if (types) this.typists.set(key, actor);
    else if (!this.typists.delete(key)) return;
    this.#drawTyping();
  }

  #onItsWay(entry) {
    if (entry.state === "sent" && entry.stored) this.#arrived(entry.stored);
    if (entry.state === "failed" && entry.error.code === "conversation_closed") this.catchUp();
    this.draw();
  }

  #touched() {
    clearTimeout(this.touching);
    this.touching = setTimeout(() => this.refresh(), TOUCHED);
  }

  takeProposal(proposal) {
    if (this.proposal && proposal.version <= this.proposal.version) return;
    const moved = proposal.status !== this.proposal?.status;
    this.proposal = proposal;
    this.draw();
    if (moved) this.catchUp();
  }

  // --- reading --------------------------------------------------------------------------------------------------------

  /** Joins, and reads what came after the newest message that is here (or after `seq`). */
  async catchUp(seq = this.last) {
    try {
      for (let after = seq, more = true; more; ) {
        const joined = await socket.join(...this.pair, after);
        if (this.gone.signal.aborted) return socket.leave(...this.pair);
        for (const message of joined.messages) this.messages.set(message.seq, message);
        socket.stored(joined.messages);
        if (joined.conversation) this.open = joined.conversation.status === "open";
        after = joined.messages.at(-1)?.seq ?? after;
        more = joined.has_more && joined.messages.length > 0;
      }
    } catch (error) {
      if (!error.retryable && error.code !== "offline") this.open = false;
    }
    this.draw();
    this.seen();
  }

  /** Reads everything again that may have changed while nothing was heard: marks, terms, new messages. */
  async refresh() {
    const query = { limit: PAGE };
    const read = (method, path, options) =>
      api(method, path, { ...options, signal: this.gone.signal }).catch(() => null);
    const [page, proposal] = await Promise.all([
      read("GET", this.path, { query }),
      this.proposal && read("GET", `/proposals/${this.proposal.id}`),
    ]);
    if (this.gone.signal.aborted) return;
    const last = this.last;
    const first = page?.results[0]?.seq ?? 0;
    for (const message of page?.results ?? []) this.messages.set(message.seq, message);
    if (proposal && proposal.version > (this.proposal?.version ?? 0)) this.proposal = proposal;
    this.draw();
    this.catchUp(first > last + 1 ? last : undefined);
  }

  get path() {
    return `/offers/${this.offerValue}/chat/${this.driverValue}`;
  }

  /** Reads older messages, `limit` at a time, until `enough()`; they are drawn once, and what one looks at stays where it is. */
  async loadOlder(limit = PAGE, enough = () => true) {
    if (!this.older || this.loading) return;
    this.loading = true;
    this.olderTarget.setAttribute("aria-busy", "true");
    try {
      do {
        const before = Math.min(...this.messages.keys());
        const page = await api("GET", this.path, { query: { before, limit }, signal: this.gone.signal });
        for (const message of page.results) this.messages.set(message.seq, message);
        this.older = Boolean(page.previous);
      } while (this.older && !enough());
    } catch {
      // The button stays, and with it the way to try again.
    } finally {
      this.loading = false;
      this.olderTarget.removeAttribute("aria-busy");
    }
    if (this.gone.signal.aborted) return;
    // At its upper end a browser would keep the distance from there, and the reader would be carried off.
    const { scrollTop } = this.scrollerTarget;
    this.draw();
    this.scrollerTarget.scrollTop = scrollTop;
  }

  askOlder() {
    this.loadOlder();
  }

  // --- what has been seen ------------------------------------------------------------------------------------------------

  /** Whether somebody looks at this chat now. */
  get isWatched() {
    return document.visibilityState === "visible" && document.hasFocus() && this.scrollerTarget.offsetParent !== null;
  }

  get isScrolledUp() {
    return this.scrollerTarget.scrollTop < -NEAR_END;
  }

  seen() {
    if (!this.isScrolledUp && this.missed) {
      this.missed = 0;
      this.#drawPill();
    }
    if (!this.writer || !this.isWatched) return;
    const upTo = this.isScrolledUp ? this.#lowestInView() : this.last;
    const unread = [...this.messages.values()].some(
      (each) => each.seq > this.readTo && each.seq <= upTo && counts(each, this.viewerValue),
    );
    if (!unread) return;
    this.readTo = upTo;
    socket.markRead(this.messages.get(upTo));
    this.dispatch("read", { detail: { seq: upTo } });
  }

  #lowestInView() {
    const { bottom } = this.scrollerTarget.getBoundingClientRect();
    const rows = [...this.listTarget.querySelectorAll("[data-seq]")].reverse();
    return Number(rows.find((row) => row.getBoundingClientRect().bottom <= bottom + NEAR_END)?.dataset.seq ?? 0);
  }

  toEnd() {
    this.scrollerTarget.scrollTo({ top: 0 });
  }

  // --- writing --------------------------------------------------------------------------------------------------------------

  key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || !this.enterSendsValue) return;
    event.preventDefault();
    this.send();
  }

  typed() {
    const { value } = this.textTarget;
    if (value) sessionStorage.setItem(this.#draftKey, value);
    else sessionStorage.removeItem(this.#draftKey);
    if (value.trim()) socket.typing(...this.pair);
    else socket.stopTyping(...this.pair);
  }

  send(event) {
    event?.preventDefault();
    const message = this.textTarget.value.trim();
    if (!message) return this.textTarget.focus();
    this.textTarget.value = "";
    this.typed();
    this.#say(message);
    this.textTarget.focus();
  }

  /** Words of a button go as they are; what stands in the field stays. */
  quick({ currentTarget }) {
    this.#say(currentTarget.textContent);
  }

  #say(message) {
    this.newAfter = null;
    socket.send({ offer_id: this.offerValue, driver_id: this.driverValue, message });
    this.toEnd();
  }

  get #draftKey() {
    return `draft:${this.viewerValue}:${this.offerValue}:${this.driverValue}`;
  }

  #restoreDraft() {
    if (this.hasTextTarget) this.textTarget.value ||= sessionStorage.getItem(this.#draftKey) ?? "";
  }

  counter(event) {
    this.#answer("counter", event);
  }

  #answer(action, event) {
    this.dispatch("answer", { detail: { action, proposal: this.proposal, button: event?.currentTarget ?? null } });
  }

  // --- finding --------------------------------------------------------------------------------------------------------------

  toggleSearch() {
    this.searchTarget.hidden = !this.searchTarget.hidden;
    if (this.searchTarget.hidden) this.#showFound(null);
    else this.queryTarget.focus();
  }

  closeSearch(event) {
    event?.stopPropagation();
    this.searchTarget.hidden = true;
    this.queryTarget.value = "";
    this.#showFound(null);
  }

  async find(event) {
    event?.preventDefault();
    const search = this.queryTarget.value.trim();
    if (!search) return this.#showFound(null);
    try {
      const page = await api("GET", this.path, { query: { search, limit: PAGE }, signal: this.gone.signal });
      if (this.queryTarget.value.trim() === search) this.#showFound(page.results.reverse());
    } catch (error) {
      if (error.name !== "AbortError") this.#showFound([], gettext("The search did not work. Try again."));
    }
  }

  #showFound(messages, words) {
    this.foundTarget.hidden = messages === null;
    const hits = (messages ?? []).map((message) =>
      h(
        "li",
        {},
        h(
          "button",
          { class: "opt found__hit", type: "button", onclick: () => this.goTo(message.seq) },
          h("b", { dir: "auto" }, message.sender.name),
          h("span", { class: "cut", dir: "auto" }, cut(message.message, SNIPPET)),
          h("time", { class: "push soft small", datetime: message.created_at }, ago(message.created_at)),
        ),
      ),
    );
    const nothing = h("li", { class: "soft" }, words ?? gettext("Nothing in this chat has these words."));
    this.foundTarget.replaceChildren(...(messages && !hits.length ? [nothing] : hits));
  }

  async goTo(seq) {
    if (!this.messages.has(seq)) await this.loadOlder(FAR_PAGE, () => this.messages.has(seq));
    const row = this.listTarget.querySelector(`[data-seq="${seq}"]`);
    if (!row) return;
    this.closeSearch();
    row.scrollIntoView({ block: "center" });
    row.setAttribute("data-found", "");
    setTimeout(() => row.removeAttribute("data-found"), 2000);
  }

  // --- drawing --------------------------------------------------------------------------------------------------------------

  draw() {
    const talk = {
      messages: [...this.messages.values()].sort((one, other) => one.seq - other.seq),
      outgoing: socket.outgoing(...this.pair),
      viewer: this.viewerValue,
      proposal: this.proposal,
      table: this.table,
      newAfter: this.newAfter,
      up: !this.isCut,
      miles: this.milesValue,
    };
    keep(this.listTarget, itemsOf(talk, this.acts));
    this.olderTarget.hidden = !this.older;
    this.#drawComposer();
    this.#drawTyping();
    this.#drawPill();
    this.#drawCut();
  }

  acts = {
    answer: (action, event) => this.#answer(action, event),
    retry: (clientId) => socket.retry(clientId),
    drop: (clientId) => socket.drop(clientId),
  };

  /** Words wait and answers must: there is no connection, and not only for a moment. */
  get isCut() {
    return ["offline", "ended"].includes(socket.state);
  }

  #drawComposer() {
    this.composerTarget.hidden = !this.writer || !this.open;
    this.closedTarget.hidden = !this.writer || this.open;
    this.lookingTarget.hidden = this.writer;
    if (!this.hasCounterTarget) return;
    const may = this.table[this.proposal?.status]?.answers.includes("counter");
    this.counterTarget.hidden = !may;
    this.counterTarget.disabled = this.isCut;
  }

  #drawTyping() {
    const all = [...this.typists.values()];
    const other = all.find((actor) => sideOf(actor.type) !== this.side);
    const colleague = all.find((actor) => sideOf(actor.type) === this.side);
    this.typingTarget.hidden = !other;
    if (other) say(this.typistTarget, interpolate(gettext("%(name)s is typing"), { name: other.name }));
    this.colleagueTarget.hidden = !colleague;
    if (colleague)
      say(this.colleagueNameTarget, interpolate(gettext("%(name)s is answering here too"), { name: colleague.name }));
  }

  #drawPill() {
    this.pillTarget.hidden = this.missed === 0;
    const words = ngettext("%(count)s new message", "%(count)s new messages", this.missed);
    say(this.pillWordTarget, interpolate(words, { count: this.missed }));
  }

  #drawCut() {
    this.cutTarget.hidden = !this.isCut;
    if (!this.isCut) return;
    const seconds = Math.ceil((socket.retryAt - Date.now()) / 1000);
    const words = seconds > 0 ? interpolate(gettext("trying again in %(seconds)s s"), { seconds }) : "";
    say(this.cutWordTarget, words);
  }
}
