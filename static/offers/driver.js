// The driver's phone. Screens come from the server; here is what happens between them: answers that wait for a signal,
// what is heard while one looks, the ring of a new offer.

import { ChatController } from "chat/chat_controller.js";
import { Answers } from "offers/driver/answers.js";
import { ring } from "offers/driver/ring.js";
import { Screens } from "offers/driver/screens.js";
import { askFallOff, askRate, askReason, tellStale } from "offers/driver/sheets.js";
import { Controller } from "@hotwired/stimulus";
import { api } from "shared/api.js";
import { application } from "shared/application.js";
import { lostTitle, lostWords, once } from "shared/attempts.js";
import { confirm } from "shared/dialog.js";
import { $, $$, h, icon, say } from "shared/dom.js";
import { gettext, interpolate } from "shared/i18n.js";
import { money } from "shared/money.js";
import { socket } from "shared/socket.js";
import { stateWord } from "shared/state.js";
import { ago, clock, everySecond, moment } from "shared/time.js";
import { toast } from "shared/toasts.js";
import { cut } from "shared/whole.js";

const MOVES = [
  "offer_updated",
  "offer_status_changed",
  "proposal_updated",
  "new_message",
  "unread_changed",
  "redacted",
  "refetch",
];
const OVER = ["offer_already_taken", "offer_closed", "proposal_closed", "proposal_expired"]; // the screen itself says so
const CUT = ["retrying", "offline", "ended"];
const CUT_FOR = 4000; // a moment without a connection is not worth a word
const DOUBLE = 450; // the second tap of a nervous thumb
const ARMED = 20_000; // until a first tap is forgotten: phones lie in pockets
const BEFOREHAND = 8;

function closeDialogs() {
  for (const dialog of $$("dialog[open]")) dialog.close();
}

class DriverController extends Controller {
  static targets = ["band", "bandWords", "aloud"];

  connect() {
    this.gone = new AbortController();
    this.known = new Map();
    this.late = new Map();
    this.armed = null;
    this.screens = new Screens({ shown: (moved) => this.#shown(moved), missing: () => this.#missing() });
    this.answers = new Answers();
    const { signal } = this.gone;
    for (const name of MOVES) socket.addEventListener(name, () => this.screens.soon(), { signal });
    socket.addEventListener("proposal_updated", ({ detail, fresh }) => this.#heard(detail, fresh), { signal });
    socket.addEventListener("new_message", ({ detail, fresh }) => fresh && this.#words(detail), { signal });
    socket.addEventListener("state", () => this.#link(), { signal });
    this.answers.addEventListener("change", () => this.#drawWaiting(), { signal });
    this.answers.addEventListener("answered", ({ detail }) => this.#answered(detail), { signal });
    this.answers.addEventListener("refused", ({ detail }) => this.#refused(detail), { signal });
    addEventListener("popstate", closeDialogs, { signal });
    document.addEventListener("submit", (event) => this.#leaves(event), { signal, capture: true });
    document.addEventListener("visibilitychange", () => document.hidden || this.#view(), { signal });
    this.stopClock = everySecond(() => this.#drawBand());
    this.#shown(true);
    this.#link();
  }

  disconnect() {
    this.gone.abort();
    this.stopClock();
  }

  // --- from screen to screen ----------------------------------------------------------------------------------------

  /** Links within the phone's pages do not load a new document. */
  follow(event) {
    const link = event.target.closest("a[href]");
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (link.origin !== location.origin || link.pathname !== location.pathname) return;
    event.preventDefault();
    this.screens.go(link.href);
  }

  #shown(moved) {
    const { load } = this;
    if (moved || !this.#stillArmed(load)) this.disarm();
    else this.#showArmed();
    for (const element of $$("time[data-moment]")) say(element, moment(element.dateTime));
    this.#drawWaiting();
    this.#drawLate();
    this.#drawBand();
    this.#view();
    if (socket.isUp) this.#readBeforehand();
  }

  #missing() {
    toast({
      title: gettext("No signal"),
      words: gettext("This opens when you are connected again."),
      picture: "i-cloud-off",
    });
  }

  /** This screen and the offers that wait for an answer can be opened and answered where there is no signal. */
  async #readBeforehand() {
    const links = $$(".load--yours .cover").slice(0, BEFOREHAND);
    for (const address of [location.href, ...links.map((link) => link.href)]) await this.screens.keep(address);
  }

  /** The terms on the screen, when it is about one offer. */
  get load() {
    const element = $("[data-load]");
    return element && termsOf(element);
  }

  get chosen() {
    const query = new URLSearchParams(location.search);
    return {
      offer: Number(query.get("offer")) || null,
      chat: query.get("chat") === "1",
      tab: query.get("tab") ?? "new",
    };
  }

  #view() {
    const { load } = this;
    if (load?.status === "sent" && !document.hidden) this.answers.view(load.proposal, load.version);
  }

  read() {
    this.screens.soon();
  }

  timeIsOver() {
    this.screens.soon();
  }

  // --- answers --------------------------------------------------------------------------------------------------------

  arm() {
    const { load } = this;
    this.armed = { version: load.version, status: load.status, since: performance.now() };
    clearTimeout(this.disarming);
    this.disarming = setTimeout(() => this.disarm(), ARMED);
    this.#showArmed();
    $('[data-foot="sure"] .btn--armed')?.focus({ preventScroll: true });
  }

  /** Having been seen raises the version, and is no change of terms. */
  #stillArmed(load) {
    if (!this.armed || !load) return false;
    const { version, status } = this.armed;
    const seen = status === "sent" && load.status === "viewed" && load.version === version + 1;
    if (seen) Object.assign(this.armed, { version: load.version, status: load.status });
    return seen || load.version === version;
  }

  disarm() {
    clearTimeout(this.disarming);
    this.armed = null;
    this.#showArmed();
  }

  #showArmed() {
    const waits = Boolean(this.load && this.answers.of(this.load.proposal));
    for (const [name, shows] of [
      ["ask", !this.armed && !waits],
      ["sure", this.armed && !waits],
    ]) {
      const part = $(`[data-foot="${name}"]`);
      if (part) part.hidden = !shows;
    }
  }

  accept() {
    if (!this.armed || performance.now() - this.armed.since < DOUBLE) return;
    const { load } = this;
    this.disarm();
    this.#say(load, "accept");
  }

  retract() {
    this.#say(this.load, "retract");
  }

  async reject() {
    const { load } = this;
    const said = await askReason();
    if (said) this.#say(load, "reject", said);
  }

  async counter() {
    const { load } = this;
    const said = await askRate(load);
    if (said) this.#say(load, "counter", said);
  }

  /** The same from a button in the chat, where the second tap is a dialog. */
  async answerInChat({ detail: { action, proposal } }) {
    const shown = this.load;
    const load = {
      ...shown,
      version: Math.max(shown.version, proposal.version),
      status: proposal.status,
      offered: proposal.offered_rate,
      asked: proposal.driver_proposed_rate ?? "",
    };
    if (action === "accept") {
      const amount = money(load.offered, load.currency);
      const sure = await confirm({
        title: interpolate(gettext("You take %(route)s for %(amount)s?"), { route: load.route, amount }),
        action: interpolate(gettext("Accept %(amount)s"), { amount }),
        kind: "bind",
      });
      if (sure) this.#say(load, "accept");
    } else if (action === "counter" || action === "reject") {
      const said = await (action === "counter" ? askRate(load) : askReason());
      if (said) this.#say(load, action, said);
    } else {
      this.#say(load, action);
    }
  }

  #say({ proposal, offer, version, status, offered, currency, route }, action, said = {}) {
    this.answers.say({ proposal, offer, version, status, amount: offered, currency, route, action, ...said });
  }

  #answered({ entry, proposal }) {
    this.late.delete(entry.proposal);
    this.known.set(proposal.id, proposal.version);
    say(this.aloudTarget, wordsOf(entry).said);
    dispatchEvent(new CustomEvent("proposal-changed", { detail: proposal }));
    this.screens.renew();
  }

  async #refused({ entry, error, current }) {
    this.late.set(entry.proposal, entry.pressed_at);
    if (current) dispatchEvent(new CustomEvent("proposal-changed", { detail: current }));
    this.screens.renew();
    if (error.code === "stale_version" && current) {
      await tellStale(entry, current);
      if (this.chosen.offer !== entry.offer) this.screens.go(`${location.pathname}?offer=${entry.offer}`);
    } else if (this.chosen.offer !== entry.offer || !OVER.includes(error.code)) {
      toast({
        title: wordsOf(entry).late,
        words: error.message,
        picture: "i-alert",
        action: this.#opening(entry.offer),
      });
    }
  }

  fallOff() {
    const { offer, proposal, version } = this.load;
    return askFallOff(async (said) => {
      await once(`fall-off:${proposal}:${version}`, "POST", `/offers/${offer}/fall-off`, said).finally(() =>
        this.screens.renew(),
      );
      return true;
    });
  }

  /** Where an answer waits, its buttons give way to it. */
  #drawWaiting() {
    for (const place of $$("[data-wait]")) {
      const terms = place.closest("[data-proposal]") ?? $("[data-load]");
      const entry = terms && this.answers.of(Number(terms.dataset.proposal));
      const looks = entry
        ? JSON.stringify([entry.action, entry.pressed_at, entry.underWay && socket.isUp, entry.sent, entry.old])
        : "";
      place.closest(".load")?.classList.toggle("load--wait", Boolean(entry));
      place.hidden = !entry;
      if (place.dataset.looks === looks) continue;
      place.dataset.looks = looks;
      place.replaceChildren(
        ...(entry
          ? waitingNote(entry, {
              takeBack: () => this.#takeBack(entry),
              sayStill: () => this.answers.sayStill(entry.proposal),
            })
          : []),
      );
    }
    this.#showArmed();
  }

  #takeBack({ proposal }) {
    this.answers.takeBack(proposal);
    say(this.aloudTarget, gettext("Taken back. Nothing was sent."));
  }

  #drawLate() {
    const place = $("[data-late]");
    const pressed = place && this.late.get(this.load?.proposal);
    if (!pressed) return;
    place.hidden = false;
    say(place, interpolate(gettext("Your answer was given at %(time)s."), { time: clock(pressed) }));
  }

  // --- what is heard --------------------------------------------------------------------------------------------------

  #heard(proposal, fresh) {
    const { id, version, status, rounds, offer_id } = proposal;
    if (version <= (this.known.get(id) ?? 0)) return;
    this.known.set(id, version);
    this.screens.forget(offer_id);
    const last = rounds.at(-1);
    if (!fresh || !last || last.by.type === "driver") return;
    const isNew = status === "sent" && last.action === "send";
    if (isNew) {
      ring();
      say(this.aloudTarget, `${gettext("New offer")}, ${money(proposal.offered_rate, proposal.currency)}`);
    }
    const { offer, tab } = this.chosen;
    if (offer === offer_id || (isNew && !offer && tab === "new")) return;
    const words = news(proposal, isNew);
    if (words) toast({ title: words, words: `#${offer_id}`, state: status, action: this.#opening(offer_id) });
  }

  #words({ sender, message, message_type, offer_id }) {
    const { offer, chat } = this.chosen;
    if (sender.type !== "dispatcher" || message_type !== "text" || (chat && offer === offer_id)) return;
    const address = `${location.pathname}?offer=${offer_id}&chat=1`;
    toast({ title: sender.name, words: cut(message, 90), picture: "i-chat", action: this.#to(address) });
  }

  #opening(offer) {
    return this.chosen.offer === offer ? undefined : this.#to(`${location.pathname}?offer=${offer}`);
  }

  #to(address) {
    return { label: gettext("Open"), run: () => this.screens.go(address) };
  }

  // --- the connection -------------------------------------------------------------------------------------------------

  #link() {
    if (CUT.includes(socket.state)) this.cutSince ??= Date.now();
    if (socket.isUp && this.cutSince) {
      this.cutSince = null;
      this.screens.soon();
    }
    this.#drawWaiting();
    this.#drawBand();
  }

  #drawBand() {
    const shows = Boolean(this.cutSince) && Date.now() - this.cutSince > CUT_FOR;
    this.bandTarget.hidden = !shows;
    if (!shows) return;
    const at = new Date(Math.min(this.cutSince, this.screens.at)).toISOString();
    const words = gettext("What you see is from %(time)s (%(ago)s). Answers go out by themselves.");
    say(this.bandWordsTarget, interpolate(words, { time: clock(at), ago: ago(at) }));
  }

  // --- the person -----------------------------------------------------------------------------------------------------

  async available({ params: { notNow }, currentTarget }) {
    currentTarget.setAttribute("aria-busy", "true");
    try {
      await api("PATCH", "/me", { body: { preferences: { not_now: notNow } } });
      await this.screens.renew();
    } catch (error) {
      const words = error.code === "offline" ? gettext("No signal. Nothing was sent.") : error.message;
      toast({
        title: error.isUnknown ? lostTitle(null) : gettext("That was not done"),
        words: error.isUnknown ? lostWords(null) : words,
        picture: "i-alert",
      });
      this.screens.soon();
    } finally {
      currentTarget.removeAttribute("aria-busy");
    }
  }

  tryRing() {
    ring(1);
  }

  /** Nothing of a person stays on a phone that they sign out of. */
  #leaves({ target }) {
    if (target.dataset.controller === "sign-out") this.answers.forgetAll();
  }
}

function termsOf({ dataset }) {
  const { offer, proposal, version, status, offered, asked, currency, miles, route, name } = dataset;
  const numbers = { offer: Number(offer), proposal: Number(proposal), version: Number(version) };
  return { ...numbers, status, offered, asked, currency, miles, route, name };
}

/** An answer in words: while it waits, when it is done, when it came too late. */
function wordsOf({ action, amount, rate, currency }) {
  const values = { amount: money(rate ?? amount, currency) };
  const [waits, to, said, late] = {
    accept: [
      gettext("Your yes waits for signal"),
      gettext("to %(amount)s"),
      gettext("You said yes to %(amount)s"),
      gettext("Your yes did not count"),
    ],
    counter: [
      gettext("Your counter waits for signal"),
      "%(amount)s",
      gettext("You asked %(amount)s"),
      gettext("Your counter did not count"),
    ],
    reject: [gettext("Your no waits for signal"), "", stateWord("rejected"), gettext("Your no was not needed")],
    retract: [
      gettext("Taking back your yes waits for signal"),
      "",
      gettext("You took back your yes"),
      gettext("Your yes could not be taken back"),
    ],
  }[action];
  return { waits, to: interpolate(to, values), said: interpolate(said, values), late };
}

function waitingNote(entry, { takeBack, sayStill }) {
  if (entry.underWay && socket.isUp)
    return [h("p", { class: "note", role: "status" }, icon("i-clock"), h("b", {}, gettext("Sending your answer")))];
  const { waits, to } = wordsOf(entry);
  const time = interpolate(gettext("said at %(time)s"), {
    time: entry.old ? moment(entry.pressed_at) : clock(entry.pressed_at),
  });
  const head = entry.old
    ? gettext("Your answer was never sent")
    : entry.sent
      ? gettext("Sent, and no answer has come yet")
      : waits;
  const take = h("button", { class: "btn", type: "button", onclick: takeBack }, gettext("Take it back"));
  return [
    h(
      "p",
      { class: "note small", role: "status" },
      icon("i-clock"),
      h("span", {}, h("b", {}, head), h("br"), [time, to].filter(Boolean).join(", ")),
    ),
    entry.sent &&
      h(
        "p",
        { class: "small soft" },
        gettext("What you said may have arrived. It is sent again by itself, and counts once."),
      ),
    !entry.old &&
      ["accept", "counter"].includes(entry.action) &&
      h("p", { class: "small soft" }, gettext("If the offer changes before it arrives, we ask you again.")),
    entry.old && h("p", { class: "small soft" }, gettext("Much time has passed. Do you still say it?")),
    entry.old && h("button", { class: "btn btn--act", type: "button", onclick: sayStill }, gettext("Send it still")),
    !entry.sent && take,
  ].filter(Boolean);
}

/** What the office did, for a toast where it is not in view. */
function news({ status, reason, offered_rate, agreed_rate, currency, rounds }, isNew) {
  const amount = money(agreed_rate ?? offered_rate, currency);
  if (isNew) return interpolate(gettext("New offer: %(amount)s"), { amount });
  if (status === "sent" && rounds.at(-1).action === "amend")
    return interpolate(gettext("The offer has changed: %(amount)s"), { amount });
  const words = {
    sent: gettext("They offer %(amount)s"),
    accepted: gettext("They said yes to %(amount)s"),
    awarded: gettext("The load is yours: %(amount)s"),
    withdrawn: stateWord(status),
    lost: reason === "covered" ? stateWord(status, reason) : null,
    fallen_off: stateWord(status),
  }[status];
  return words ? interpolate(words, { amount }) : null;
}

application.register("chat", ChatController);
application.register("driver", DriverController);
