// The offer dialog: the server renders it, this opens it, and keeps the number of drivers true while some are left out.

import htmx from "htmx";
import { Controller } from "@hotwired/stimulus";
import { application } from "shared/application.js";
import { open } from "shared/dialog.js";
import { interpolate, ngettext } from "shared/i18n.js";
import { PlacesController } from "offers/places.js";

const HOLDER = "#offer-dialog";

/** Asks for the dialog of a new offer to these drivers. */
export function openOfferDialog({ drivers }) {
  const query = new URLSearchParams({ driver: drivers.join(",") });
  htmx.ajax("GET", `/offers/new?${query}`, { target: HOLDER });
}

/** Puts an offer that there is to these drivers too; the answer goes to the desk, or says who was passed over. */
export function sendTo({ offer, drivers }) {
  htmx.ajax("POST", `/offers/${offer}/send-to`, { target: HOLDER, values: { driver: drivers.join(",") } });
}

class OfferDialogController extends Controller {
  static targets = ["count", "driver", "send"];

  connect() {
    open(this.element).then(() => this.element.remove());
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && this.hasSendTarget) this.sendTarget.click();
    });
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
}

application.register("offer-dialog", OfferDialogController);
application.register("places", PlacesController);
