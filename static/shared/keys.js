// The list of keys, on "?": every shortcut that the page has now, and the switch for single keys (WCAG 2.1.4).

import { Controller } from "@hotwired/stimulus";
import { open } from "shared/dialog.js";
import { h, icon } from "shared/dom.js";
import { gettext } from "shared/i18n.js";
import { allShortcuts, shortcut, singleKeysOn, switchSingleKeys } from "shared/keyboard.js";

const MAC = /Mac|iPhone|iPad/.test(navigator.platform);

const ARROWS = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓" };

/** "mod+k" → [Ctrl K], "g t" → [G] [T], "ArrowLeft" → [←]: as keyboards have them. */
export function keycaps(keys) {
  const caps = keys.split(" ").map((key) => ARROWS[key] ?? key.replace("mod+", MAC ? "⌘ " : "Ctrl ").toUpperCase());
  return caps.map((cap) => h("kbd", {}, cap.replace("CTRL", "Ctrl")));
}

export async function showKeys() {
  if (document.querySelector("dialog[open]")) return;
  const line = ({ keys, words }) => h("div", {}, h("dt", {}, words), h("dd", { class: "row tight" }, keycaps(keys)));
  const single = h("input", {
    type: "checkbox",
    checked: singleKeysOn(),
    onchange: () => switchSingleKeys(single.checked),
  });
  const dialog = h(
    "dialog",
    { class: "dialog keys", "aria-labelledby": "keys-title" },
    h(
      "form",
      { method: "dialog" },
      h(
        "header",
        { class: "dialog__head" },
        h("h2", { class: "h1", id: "keys-title" }, gettext("Keys")),
        h("button", { class: "btn btn--icon btn--quiet push", "aria-label": gettext("Close") }, icon("i-x")),
      ),
      h("div", { class: "dialog__body" }, h("dl", { class: "keys__list" }, allShortcuts().map(line))),
      h("footer", { class: "dialog__foot" }, h("label", { class: "row" }, single, gettext("Single keys do something"))),
    ),
  );
  document.body.append(dialog);
  await open(dialog);
  dialog.remove();
}

shortcut("?", gettext("Keys"), showKeys);

/** A button that lists them, for whoever has switched single keys off. */
export class KeysController extends Controller {
  show() {
    showKeys();
  }
}
