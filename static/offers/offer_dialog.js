// The offer dialog: the server renders it, this opens it, keeps what is typed until it is sent or saved, and keeps the number
// of drivers true while some are left out.

import htmx from "htmx";
import { Controller } from "@hotwired/stimulus";
import { application } from "shared/application.js";
import { open } from "shared/dialog.js";
import { say } from "shared/dom.js";
import { failureWords, isAnswer } from "shared/forms.js";
import { gettext, interpolate, ngettext } from "shared/i18n.js";
import { newId } from "shared/ids.js";
import { Memory } from "shared/live/memory.js";
import { clock } from "shared/time.js";
import { PlacesController } from "offers/places.js";

const HOLDER = "#offer-dialog";
const NOT_TYPED = ["csrfmiddlewaretoken", "request_key", "driver", "version"];

/** Asks for the dialog of a new offer to these drivers. */
export function openOfferDialog({ drivers }) {
  const query = new URLSearchParams({ driver: drivers.join(",") });
  htmx.ajax("GET", `/offers/new?${query}`, { target: HOLDER }).catch(told);
}

/** Puts an offer that there is to these drivers too; the answer goes to the desk, or says who was passed over. */
export function sendTo({ offer, drivers }) {
  const path = `/offers/${offer}/send-to`;
  const driver = drivers.join(",");
  const name = `${path}:${driver}`;
  const request_key = unanswered.get(name) ?? newId();
  unanswered.set(name, request_key);
  const answered = ({ detail: { pathInfo, xhr } }) => {
    if (pathInfo.requestPath !== path) return;
    document.body.removeEventListener("htmx:beforeOnLoad", answered);
    if (isAnswer(xhr)) unanswered.delete(name);
    if (xhr.status < 300) dispatchEvent(new CustomEvent("offers:sent"));
  };
  document.body.addEventListener("htmx:beforeOnLoad", answered);
  const lost = () => document.body.removeEventListener("htmx:beforeOnLoad", answered);
  htmx.ajax("POST", path, { target: HOLDER, values: { driver, request_key } }).catch(lost);
}

/** What got no answer has been told already (shared/forms.js). */
const told = () => {};

const unanswered = new Map(); // what was sent → the key that it is sent with again

class OfferDialogController extends Controller {
  static targets = ["form", "count", "driver", "send", "kept", "keptWord", "fault", "faultWord"];
  static values = { draft: String, refused: Boolean };

  connect() {
    this.drafts = new Memory(sessionStorage, document.body.dataset.actor, "offer:");
    open(this.element).then(() => this.element.remove());
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && this.hasSendTarget) this.sendTarget.click();
    });
    this.element.addEventListener("htmx:beforeOnLoad", ({ detail }) => this.#answered(detail));
    for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"])
      this.element.addEventListener(name, (event) => this.#failed(event));
    if (this.draftValue && !this.refusedValue) this.#restore();
    (this.element.querySelector("[aria-invalid=true]") ?? this.element.querySelector("input[type=text]"))?.focus();
  }

  close() {
    this.element.close();
  }

  leaveOut({ target }) {
    target.closest("[data-offer-dialog-target=driver]").remove();
    const number = this.driverTargets.length;
    this.countTarget.textContent = number;
    this.sendTarget.disabled = number === 0;
    const words = ngettext("Send to %(count)s driver", "Send to %(count)s drivers", number);
    this.sendTarget.querySelector("span").textContent = interpolate(words, { count: number });
  }

  // --- what is typed is not lost: by Escape, by a sign-in that has ended, by a page that is left ---------------------------

  typed({ target }) {
    this.#keep();
    target.removeAttribute("aria-invalid");
    target.closest(".field")?.querySelector(".hint--bad")?.remove();
  }

  /** With the key: a draft that is opened again is still the one offer that it was, sent or not. */
  #keep() {
    const fields = [...new FormData(this.formTarget)].filter(([name]) => !NOT_TYPED.includes(name));
    this.drafts.write({ at: new Date().toISOString(), fields, key: this.keyTarget.value }, this.draftValue);
  }

  get keyTarget() {
    return this.element.querySelector("[name=request_key]");
  }

  afresh() {
    this.drafts.remove(this.draftValue);
    this.keyTarget.value = newId();
    this.keptTarget.hidden = true;
    this.formTarget.reset();
    this.#changed();
  }

  /** One of the places that the estimate offers, where several have the name that was typed. */
  choosePlace({ params: { field, place } }) {
    const input = this.formTarget.elements.namedItem(field);
    input.value = place;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.focus();
  }

  #restore() {
    const kept = this.drafts.read(this.draftValue);
    if (!kept) return;
    for (const [name, value] of kept.fields) {
      const field = this.formTarget.elements.namedItem(name);
      if (!field) continue;
      field.value = value;
      if (value && field.closest) field.closest("details")?.setAttribute("open", "");
    }
    if (kept.key) this.keyTarget.value = kept.key;
    this.keptTarget.hidden = false;
    say(this.keptWordTarget, interpolate(gettext("Kept from %(time)s"), { time: clock(kept.at) }));
    this.#changed();
  }

  /** Lets the estimate follow. */
  #changed() {
    this.formTarget.querySelector("input[type=text]").dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** Said here: what is said outside of a dialog lies behind it. */
  async #failed(event) {
    if (event.detail.requestConfig.verb !== "post" || !this.hasFaultTarget) return;
    event.stopPropagation();
    if (this.draftValue) this.#keep();
    const tell = (words) => {
      say(this.faultWordTarget, `${words} ${gettext("What you have typed is kept.")}`);
      this.faultTarget.hidden = false;
      this.faultTarget.scrollIntoView({ block: "nearest" });
    };
    const [first, ...later] = failureWords(event);
    tell(first);
    for (const words of later) tell(await words());
  }

  /** Sent or saved: refused is 422, and whoever has to sign in again comes back to what they have typed. */
  #answered({ xhr, requestConfig }) {
    if (requestConfig.verb !== "post" || !isAnswer(xhr)) return;
    if (xhr.status >= 300) {
      const kept = this.draftValue && this.drafts.read(this.draftValue);
      if (kept) this.drafts.write({ ...kept, key: null }, this.draftValue); // Answered: what is sent now is another request.
      return;
    }
    if (this.draftValue) this.drafts.remove(this.draftValue);
    if (this.draftValue === "new") dispatchEvent(new CustomEvent("offers:sent"));
  }
}

application.register("offer-dialog", OfferDialogController);
application.register("places", PlacesController);
