// Toasts: who and what, one button, 6 s (with an undo 5 s), stopped under pointer or focus, at most three. Only for what is
// not in view.

import { Controller } from "@hotwired/stimulus";
import { gettext } from "shared/i18n.js";
import { bdi } from "shared/bidi.js";
import { h, icon } from "shared/dom.js";

const STAY = 6000;
const UNDO = 5000;
const MOST = 3;

/**
 * toast({ title, words?, picture?, state?, action?: { label, href? , run? }, undo?: run, stay? }) → the way to close it.
 * `picture` is a symbol ("i-info"), `state` a proposal's status, drawn with its colour.
 */
export function toast({ title, words, picture = "i-info", state, action, undo, stay }) {
  const zone = document.querySelector(".toasts");
  if (!zone) return () => {};
  const close = () => element.remove();
  const element = h(
    "div",
    { class: "toast" },
    state ? icon(`st-${state}`, { size: "s", state }) : icon(picture),
    h("p", {}, h("b", {}, bdi(title)), words && [h("br"), h("span", { class: "soft small" }, bdi(words))]),
    button(undo ? { label: gettext("Undo"), run: undo } : action, close),
  );
  zone.append(element);
  while (zone.children.length > MOST) zone.firstElementChild.remove();
  leaveLater(element, stay ?? (undo ? UNDO : STAY));
  return close;
}

function button(action, close) {
  if (!action) {
    return h(
      "button",
      { class: "btn btn--icon btn--s btn--quiet", type: "button", "aria-label": gettext("Close"), onclick: close },
      icon("i-x", { size: "s" }),
    );
  }
  if (action.href) return h("a", { class: "btn btn--s", href: action.href }, action.label);
  const run = () => {
    close();
    action.run();
  };
  return h("button", { class: "btn btn--s", type: "button", onclick: run }, action.label);
}

function leaveLater(element, stay) {
  let timer;
  const start = () => {
    clearTimeout(timer);
    timer = setTimeout(() => element.remove(), stay);
  };
  const stop = () => clearTimeout(timer);
  element.addEventListener("pointerenter", stop);
  element.addEventListener("focusin", stop);
  element.addEventListener("pointerleave", start);
  element.addEventListener("focusout", start);
  start();
}

/** The zone of the toasts; those that the server put there leave like the others. */
export class ToastsController extends Controller {
  static targets = ["toast"];

  toastTargetConnected(element) {
    leaveLater(element, STAY);
  }

  close(event) {
    event.target.closest(".toast").remove();
  }
}
