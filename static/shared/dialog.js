// Dialogs are <dialog> with showModal(): the browser keeps the focus inside and closes with Escape.

import { Controller } from "@hotwired/stimulus";
import { gettext } from "shared/i18n.js";
import { h } from "shared/dom.js";

/** Opens a dialog; when it closes, the focus goes back where it was, and the promise has its returnValue. */
export function open(dialog) {
  const before = document.activeElement;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((done) => {
    dialog.addEventListener(
      "close",
      () => {
        if (before?.isConnected) before.focus();
        done(dialog.returnValue);
      },
      { once: true },
    );
  });
}

/** Asks before what binds or cannot be undone; the button names the thing. confirm({ title, words, action, kind: "end" | "bind" | "act" }) → true or false. */
export async function confirm({ title, words, action, kind = "end" }) {
  const dialog = h(
    "dialog",
    { class: "dialog", "aria-labelledby": "confirm-title" },
    h("header", { class: "dialog__head" }, h("h2", { class: "h1", id: "confirm-title" }, title)),
    h("div", { class: "dialog__body" }, words && h("p", {}, words)),
    h(
      "form",
      { class: "dialog__foot", method: "dialog" },
      h("button", { class: "btn push", value: "" }, gettext("Back")),
      h("button", { class: `btn btn--${kind}`, value: "yes" }, action),
    ),
  );
  document.body.append(dialog);
  const answer = await open(dialog);
  dialog.remove();
  return answer === "yes";
}

/**
 * data-controller="dialog" around a button and a <dialog data-dialog-target="dialog">; data-action="dialog#open" and "dialog#close".
 * A press beside it closes it.
 */
export class DialogController extends Controller {
  static targets = ["dialog"];

  open() {
    open(this.dialogTarget);
  }

  close() {
    this.dialogTarget.close();
  }

  beside(event) {
    if (event.target === this.dialogTarget) this.close();
  }
}
