// The state of a proposal, drawn as templates/shared/_state.html draws it.

import { gettext } from "shared/i18n.js";
import { h, icon } from "shared/dom.js";
import { money } from "shared/money.js";

/** A status as a word; `reason` says why for those that have one. */
export function stateWord(status) {
  return (
    {
      sent: gettext("Sent"),
      delivered: gettext("Delivered"),
      viewed: gettext("Seen"),
      typing: gettext("Typing"),
      counter_offered: gettext("Countered"),
      accepted: gettext("Accepted"),
      awarded: gettext("Awarded"),
      rejected: gettext("Rejected"),
      expired: gettext("Expired"),
      withdrawn: gettext("Withdrawn"),
      lost: gettext("Lost"),
      fallen_off: gettext("Fell off"),
    }[status] ?? status
  );
}

/** state("counter_offered", { amount: "1240.00", currency, word, boxed, short }) → the element. */
export function state(status, { amount, currency, word, boxed = false, short = false } = {}) {
  const words = [word ?? stateWord(status), amount && ` ${money(amount, currency)}`];
  return h(
    "span",
    { class: boxed ? "st st--box" : "st", "data-st": status },
    icon(`st-${status}`, { size: "s" }),
    h("span", { class: short ? "vh" : null }, words),
  );
}
