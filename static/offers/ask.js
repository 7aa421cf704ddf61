// Dialogs that ask for something before it is done, and say in place why it was refused.

import { lostTitle, lostWords } from "shared/attempts.js";
import { open } from "shared/dialog.js";
import { fromTemplate, h, icon } from "shared/dom.js";
import { gettext } from "shared/i18n.js";
import { money } from "shared/money.js";
import { stateWord } from "shared/state.js";

/**
 * Opens a copy of <template id>, made ready by `prepare(dialog)`. `submit(data)` does what was asked for with the form's
 * FormData; what it throws is shown in the dialog, which stays. Answers what `submit` gave, or undefined when it was left.
 */
export async function ask(id, prepare, submit) {
  const dialog = fromTemplate(id);
  const form = dialog.querySelector("form");
  const fault = dialog.querySelector("[data-error]");
  const button = dialog.querySelector("[data-submit]");
  let result;
  prepare(dialog);
  form.addEventListener("submit", async (event) => {
    if (event.submitter?.value !== "yes") return;
    event.preventDefault();
    button.setAttribute("aria-busy", "true");
    fault.hidden = true;
    try {
      result = await submit(new FormData(form));
      dialog.close("yes");
    } catch (error) {
      fault.replaceChildren(icon("i-alert"), h("span", {}, wordsOf(error)));
      fault.hidden = false;
      if (error.isUnknown) dispatchEvent(new CustomEvent("offer-changed", { detail: {} })); // What is shown is read again.
    } finally {
      button.removeAttribute("aria-busy");
    }
  });
  document.body.append(dialog);
  await open(dialog);
  dialog.remove();
  return result;
}

/** Why something was refused, in words. */
export function wordsOf(error) {
  const words = Object.values(error.fields ?? {}).flat();
  if (words.length) return words.join(" ");
  if (error.isUnknown) return lostWords(error.became);
  return error.code === "offline" ? gettext("No connection. Nothing was sent.") : error.message;
}

/** Above those words. */
export const titleOf = (error) =>
  error.isUnknown
    ? lostTitle(error.became)
    : error.code === "done_before"
      ? gettext("It was done")
      : gettext("That was not done");

/** Somebody answered to terms that have changed meanwhile: says which they are now. */
export async function tellStale(current) {
  const amount = current.agreed_rate ?? current.driver_proposed_rate ?? current.offered_rate ?? current.proposed_rate;
  const dialog = h(
    "dialog",
    { class: "dialog", "aria-labelledby": "stale-title" },
    h(
      "header",
      { class: "dialog__head" },
      h("h2", { class: "h1", id: "stale-title" }, gettext("The terms have changed")),
    ),
    h(
      "div",
      { class: "dialog__body stack" },
      h("p", {}, gettext("Nothing was answered. This is how it stands now:")),
      h(
        "dl",
        { class: "facts" },
        fact(gettext("State"), stateWord(current.status, current.reason)),
        fact(gettext("On the table"), money(amount, current.currency)),
        current.driver_proposed_rate &&
          fact(gettext("Driver asks"), money(current.driver_proposed_rate, current.currency)),
        current.offered_rate && fact(gettext("Office offers"), money(current.offered_rate, current.currency)),
      ),
    ),
    h(
      "form",
      { class: "dialog__foot", method: "dialog" },
      h("button", { class: "btn btn--act push" }, gettext("Look again")),
    ),
  );
  document.body.append(dialog);
  await open(dialog);
  dialog.remove();
}

const fact = (name, words) => [h("dt", {}, name), h("dd", {}, h("b", {}, words))];
