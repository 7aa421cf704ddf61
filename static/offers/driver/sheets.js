// What a driver is asked before an answer goes: an amount, a reason, whether the new terms will do.

import { ask } from "offers/ask.js";
import { isolated } from "shared/bidi.js";
import { open } from "shared/dialog.js";
import { $, $$, fromTemplate } from "shared/dom.js";
import { gettext, interpolate } from "shared/i18n.js";
import { amountFrom, money } from "shared/money.js";

/** "$2.54 a mile", or nothing. */
function aMile(amount, { miles, currency }) {
  if (!amount || !(Number(miles) > 0)) return "";
  return interpolate(gettext("%(amount)s a mile"), {
    amount: money(Number(amount) / Number(miles), currency, { cents: true }),
  });
}

/** The driver's rate: { rate, note }, or undefined when they let it be. `load` is the terms that they see. */
export function askRate(load) {
  const { offered, asked, currency } = load;
  const prepare = (sheet) => {
    const rate = $("[data-rate]", sheet);
    const draw = () => {
      const amount = amountFrom(rate.value, currency);
      $("[data-means]", sheet).textContent = amount ? means(amount, load) : "";
      $("[data-send]", sheet).textContent = amount
        ? interpolate(gettext("Send %(amount)s"), { amount: money(amount, currency) })
        : gettext("Send");
    };
    rate.value = plain(asked || offered);
    rate.addEventListener("input", draw);
    for (const step of $$("[data-step]", sheet)) {
      step.addEventListener("click", () => {
        rate.value = plain(
          Math.max(1, Number(amountFrom(rate.value, currency) ?? offered) + Number(step.dataset.step)),
        );
        draw();
      });
    }
    $("[data-offered]", sheet).textContent = [money(offered, currency), aMile(offered, load)]
      .filter(Boolean)
      .join(", ");
    $("[data-last]", sheet).hidden = !asked;
    $("[data-asked]", sheet).textContent = money(asked, currency);
    draw();
  };
  return ask("driver-counter", prepare, (data) => {
    const rate = amountFrom(data.get("rate"), currency);
    if (rate === null) throw Object.assign(new Error(gettext("Name an amount, like 1,240.")), { fields: {} });
    return { rate, note: data.get("note").trim() };
  });
}

const plain = (amount) => String(Number(Number(amount).toFixed(2)));

function means(amount, load) {
  const more = Number(amount) - Number(load.offered);
  const words = more >= 0 ? gettext("%(amount)s more than they offer") : gettext("%(amount)s less than they offer");
  const difference = interpolate(words, { amount: money(Math.abs(more), load.currency) });
  return [aMile(amount, load), more ? difference : gettext("as much as they offer")].filter(Boolean).join(", ");
}

/** Why not: { reason, note }. */
export function askReason() {
  return ask(
    "driver-reject",
    () => {},
    (data) => ({ reason: data.get("reason"), note: data.get("note").trim() }),
  );
}

/** `submit({ reason, note })` gives the load back; what it throws is shown in the sheet. */
export function askFallOff(submit) {
  return ask(
    "driver-fall-off",
    () => {},
    (data) => submit({ reason: data.get("reason"), note: data.get("note").trim() }),
  );
}

/** Tells that an answer met other terms than those it was given to. */
export async function tellStale({ action, amount, rate }, current) {
  const sheet = fromTemplate("driver-stale");
  const { offer, offered_rate, currency } = current;
  const said = money(rate ?? amount, currency);
  const words =
    action === "counter"
      ? gettext("You asked %(amount)s, and meanwhile it has changed. Nothing was sent.")
      : gettext("You said yes to %(amount)s, and meanwhile it has changed. Nothing is agreed.");
  $("[data-said]", sheet).textContent = interpolate(words, { amount: said });
  $("[data-amount]", sheet).textContent = money(offered_rate, currency);
  $("[data-each]", sheet).textContent = aMile(offered_rate, { miles: offer?.distance_miles, currency });
  $("[data-route]", sheet).textContent = offer
    ? `${isolated(offer.pickup_place)} → ${isolated(offer.delivery_place)}`
    : "";
  document.body.append(sheet);
  await open(sheet);
  sheet.remove();
}
