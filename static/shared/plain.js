// Pages before one is inside: the look, the password shown or hidden, a button that cannot be pressed twice.

import { Controller } from "@hotwired/stimulus";
import { application } from "shared/application.js";

const AGAIN = 20_000; // ms

class RevealController extends Controller {
  static targets = ["field", "button"];

  connect() {
    this.buttonTarget.hidden = false;
  }

  toggle() {
    const hidden = this.fieldTarget.type === "password";
    this.fieldTarget.type = hidden ? "text" : "password";
    this.buttonTarget.setAttribute("aria-pressed", hidden);
  }
}

class OnceController extends Controller {
  static targets = ["button"];

  submit(event) {
    if (this.sent) return event.preventDefault();
    this.sent = true;
    setTimeout(() => this.again(), AGAIN); // Stopped, or without an answer: it may be pressed again.
    for (const button of this.buttonTargets) button.setAttribute("aria-busy", "true");
  }

  /** The page may come back from the browser's memory as it was left. */
  again() {
    this.sent = false;
    for (const button of this.buttonTargets) button.removeAttribute("aria-busy");
  }
}

application.register("reveal", RevealController);
application.register("once", OnceController);
