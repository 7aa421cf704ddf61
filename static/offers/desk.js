// The offer desk: its zones follow what happens, the choice stands in the address, keys do what the buttons do.

import { Controller } from "@hotwired/stimulus";
import { ChatController } from "chat/chat_controller.js";
import { AnsweringController } from "offers/answering.js";
import { tellNews } from "offers/news.js";
import "offers/offer_dialog.js";
import { OfferActionsController } from "offers/offer_actions.js";
import { application } from "shared/application.js";
import { $, $$, h } from "shared/dom.js";
import { gettext } from "shared/i18n.js";
import { shortcut } from "shared/keyboard.js";
import { htmx } from "shared/office.js";
import { socket } from "shared/socket.js";
import { state } from "shared/state.js";
import { Zones } from "shared/zones.js";

const ZONES = ["desk-tabs", "desk-cards", "desk-offer", "desk-drivers", "desk-chat-head", "desk-gauge"];
const MOVES = [
  "offer_created",
  "offer_updated",
  "offer_status_changed",
  "offer_touched",
  "proposal_updated",
  "new_message",
  "message_delivered",
  "unread_changed",
  "refetch",
];
const CUT = ["offline", "ended"];
const AGAIN = 5000; // ms until zones that did not come are asked for again

class DeskController extends Controller {
  static targets = ["desk", "new", "edit"];

  connect() {
    this.gone = new AbortController();
    this.typing = new Set();
    this.zones = new Zones({
      target: "desk-live",
      ids: ZONES,
      came: (fresh) => this.#came(fresh),
      failed: () => this.#later(),
    });
    const { signal } = this.gone;
    for (const name of MOVES) socket.addEventListener(name, () => this.zones.soon(), { signal });
    socket.addEventListener("user_typing", ({ detail }) => this.#types(detail, true), { signal });
    socket.addEventListener("user_stopped_typing", ({ detail }) => this.#types(detail, false), { signal });
    socket.addEventListener("state", () => this.#showLink(), { signal });
    addEventListener("offer-changed", () => this.zones.renew(), { signal });
    this.element.addEventListener("htmx:configRequest", (event) => this.#keepChoice(event), { signal });
    this.element.addEventListener(
      "htmx:beforeRequest",
      () => (this.byKeys = document.activeElement.matches(":focus-visible")),
      { signal },
    );
    this.element.addEventListener("htmx:afterSwap", ({ detail }) => this.#swapped(detail.target), { signal });
    this.element.addEventListener("keydown", (event) => this.#back(event), { signal });
    this.stopNews = tellNews((offer, driver) => this.#isChosen(offer, driver));
    this.keys = this.#keys();
    this.#chooseFirst();
    this.mark();
    this.#showLink();
  }

  disconnect() {
    this.gone.abort();
    this.zones.stop();
    clearTimeout(this.later);
    this.stopNews();
    for (const forget of this.keys) forget();
  }

  get chosen() {
    const query = new URLSearchParams(location.search);
    return { offer: Number(query.get("offer")) || null, driver: Number(query.get("driver")) || null };
  }

  #isChosen(offer, driver) {
    const { chosen } = this;
    return chosen.offer === offer && (driver === undefined || chosen.driver === driver);
  }

  /** The first card is chosen when nothing else is: it stays so when another becomes the first. */
  #chooseFirst() {
    const { offer } = this.chosen;
    const first = $("[data-offer-actions-id-value]", this.element)?.dataset.offerActionsIdValue;
    if (offer || !first) return;
    const address = new URL(location.href);
    address.searchParams.set("offer", first);
    history.replaceState(history.state, "", address);
  }

  /** Whoever opened a chat with the keyboard writes at once, and goes back to the row with Escape. */
  #swapped(target) {
    this.mark();
    if (target.id === "desk-page") this.#chooseFirst();
    if (target.id === "desk-cards" && !$("#desk-offer") && $("[data-offer]")) this.#fillChoice();
    // The chat's own controller shows the field first.
    if (target.id === "desk-chat" && this.byKeys) setTimeout(() => $("#say")?.focus({ preventScroll: true }));
  }

  #back(event) {
    if (event.key !== "Escape" || event.defaultPrevented || !event.target.closest("#desk-chat")) return;
    $(`[data-driver="${this.chosen.driver}"] .cover`, this.element)?.focus();
  }

  /** Shows on cards, rows and panes what the address has chosen. */
  mark() {
    const { offer, driver } = this.chosen;
    const current = (element, is) =>
      is ? element.setAttribute("aria-current", "true") : element.removeAttribute("aria-current");
    for (const card of $$("[data-offer]", this.element)) current(card, Number(card.dataset.offer) === offer);
    for (const row of $$("[data-driver]", this.element))
      current($(".cover", row), Number(row.dataset.driver) === driver);
    if (driver) this.deskTarget.dataset.pane = "chat";
    else delete this.deskTarget.dataset.pane;
    this.#drawTyping();
  }

  #came(fresh) {
    if (Boolean($("#desk-offer")) !== Boolean(fresh.getElementById("desk-offer"))) this.#fillChoice();
    this.mark();
  }

  /** The zones could not be had: with a connection they are asked for again by themselves. */
  #later() {
    clearTimeout(this.later);
    this.later = setTimeout(() => socket.isUp && this.zones.soon(), AGAIN);
  }

  async #fillChoice() {
    await htmx.ajax("GET", location.href, { target: "#desk-choice" });
    this.#chooseFirst();
    this.mark();
  }

  /** The search keeps what is chosen now, which may be otherwise than when its form was made. */
  #keepChoice({ detail }) {
    if (detail.elt.tagName !== "FORM" || detail.verb !== "get") return; // others name their drivers themselves
    for (const [name, value] of Object.entries(this.chosen)) {
      if (value) detail.parameters[name] = value;
      else delete detail.parameters[name];
    }
  }

  /** What was unread in the open chat has been read: the count goes before the server says so. */
  read() {
    const { driver } = this.chosen;
    $(`[data-driver="${driver}"] .n--new`, this.element)?.remove();
  }

  // --- typing, and the connection ---------------------------------------------------------------------------------------

  #types({ offer_id, driver_id, actor }, types) {
    if (actor.type !== "driver") return;
    const key = `${offer_id}:${driver_id}`;
    if (types) this.typing.add(key);
    else this.typing.delete(key);
    this.#drawTyping();
  }

  #drawTyping() {
    const { offer } = this.chosen;
    for (const row of $$("[data-driver]", this.element)) {
      const types = this.typing.has(`${offer}:${row.dataset.driver}`);
      const shown = $(".drv__typing", row);
      if (types && !shown) $(".drv__state", row)?.before(h("span", { class: "drv__typing" }, state("typing")));
      if (!types) shown?.remove();
    }
  }

  #showLink() {
    this.element.dataset.link = CUT.includes(socket.state) ? "cut" : "up";
  }

  // --- keys -----------------------------------------------------------------------------------------------------------------

  #keys() {
    const press = (selector) => this.#row()?.querySelector(selector)?.click();
    const action = (name) => `[data-answering-action-param="${name}"]`;
    return [
      shortcut("n", gettext("New offer"), () => this.hasNewTarget && this.newTarget.click()),
      shortcut("e", gettext("Edit the offer"), () => this.hasEditTarget && this.editTarget.click()),
      shortcut("a", gettext("Accept or award"), () => press(`${action("accept")}, ${action("award")}`)),
      shortcut("c", gettext("Counter back"), () => press(action("counter"))),
      shortcut("w", gettext("Withdraw"), () => press(action("withdraw"))),
      shortcut("ArrowLeft", gettext("Offer before"), () => this.#step(-1)),
      shortcut("ArrowRight", gettext("Offer after"), () => this.#step(1)),
    ];
  }

  /** The driver's row that keys are about: the one with the focus, or else the chosen one. */
  #row() {
    return document.activeElement.closest("[data-driver]") ?? $(`[data-driver="${this.chosen.driver}"]`, this.element);
  }

  #step(by) {
    const cards = $$("[data-offer]", this.element);
    const at = cards.findIndex((card) => card.getAttribute("aria-current") === "true");
    const next = cards[Math.max(0, Math.min(cards.length - 1, at + by))];
    if (next && next !== cards[at]) next.click();
    next?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
}

application.register("answering", AnsweringController);
application.register("chat", ChatController);
application.register("desk", DeskController);
application.register("offer-actions", OfferActionsController);
