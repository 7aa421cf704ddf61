// The state of a proposal, drawn as templates/shared/_state.html draws it.

import { h, icon } from "shared/dom.js";
import { money } from "shared/money.js";

// The words are the server's (offers/words.py): those of the office, or of the phone, as the page has them.
const words = JSON.parse(document.getElementById("state-words")?.textContent ?? "{}");

/** A status as a word, also "delivered" and "typing"; `reason` says more where a state has several words. */
export const stateWord = (status, reason = "") => words[`${status}:${reason}`] ?? words[status] ?? status;

/** state("counter_offered", { amount: "1240.00", currency, word, boxed, short }) → the element. */
export function state(status, { amount, currency, word, boxed = false, short = false } = {}) {
  const said = [word ?? stateWord(status), amount && ` ${money(amount, currency)}`];
  return h(
    "span",
    { class: boxed ? "st st--box" : "st", "data-st": status },
    icon(`st-${status}`, { size: "s" }),
    h("span", { class: short ? "vh" : null }, said),
  );
}
