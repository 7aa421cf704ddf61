// Answers to what is on the table, from either side and from wherever they are given: a row's buttons, a rate in the chat.
//
//   <div data-controller="answering" data-action="chat:answer->answering#answer">
//     <button data-action="answering#press" data-answering-action-param="accept" data-answering-id-param="12"
//             data-answering-version-param="3" data-answering-offer-param="7" data-answering-driver-param="34"
//             data-answering-name-param="Marisol" data-answering-amount-param="1240.00" data-answering-currency-param="USD">
//
// Everything goes through the API, whose refusals are shown in place. The page must include offers/_answering.html. What has
// changed is told to the window: "proposal-changed" ({ detail: proposal }), and "offer-changed" ({ detail: { offer_id } }).

import { Controller } from "@hotwired/stimulus";
import { ask, tellStale, titleOf, wordsOf } from "offers/ask.js";
import { once } from "shared/attempts.js";
import { confirm } from "shared/dialog.js";
import { gettext, interpolate } from "shared/i18n.js";
import { amountFrom, money } from "shared/money.js";
import { toast } from "shared/toasts.js";

export class AnsweringController extends Controller {
  /** A button of a row. */
  press({ params, currentTarget }) {
    this.#act({ ...params, name: String(params.name), pressedAt: new Date().toISOString() }, currentTarget);
  }

  /** A button in the chat. */
  answer({ detail: { action, proposal, button } }) {
    const { id, version, offer_id, driver_id, driver, currency } = proposal;
    const amount = proposal.agreed_rate ?? proposal.driver_proposed_rate ?? proposal.offered_rate;
    const on = { action, id, version, offer: offer_id, driver: driver_id, name: driver.name, amount, currency };
    this.#act({ ...on, pressedAt: new Date().toISOString() }, button);
  }

  async #act(on, button) {
    if (button?.getAttribute("aria-busy") === "true") return;
    button?.setAttribute("aria-busy", "true");
    try {
      const changed = await this[`_${on.action}`](on);
      if (changed?.driver_id) dispatchEvent(new CustomEvent("proposal-changed", { detail: changed }));
      if (changed) dispatchEvent(new CustomEvent("offer-changed", { detail: { offer_id: on.offer } }));
    } catch (error) {
      await refused(error);
      dispatchEvent(new CustomEvent("offer-changed", { detail: { offer_id: on.offer } }));
    } finally {
      button?.removeAttribute("aria-busy");
    }
  }

  // --- one method for each action -----------------------------------------------------------------------------------

  _accept(on) {
    return respond(on);
  }

  _retract(on) {
    return respond(on);
  }

  _counter(on) {
    const prepare = (dialog) => {
      const title = interpolate(gettext("Offer %(name)s a rate"), { name: on.name });
      const now = interpolate(gettext("On the table: %(amount)s"), { amount: money(on.amount, on.currency) });
      if (document.body.dataset.actor?.startsWith("dispatcher"))
        dialog.querySelector("[data-title]").textContent = title;
      dialog.querySelector("[data-now]").textContent = now;
    };
    return ask("counter-dialog", prepare, (data) => {
      const rate = amountFrom(data.get("rate"), on.currency);
      if (rate === null) throw Object.assign(new Error(gettext("Name an amount, like 1,240.")), { fields: {} });
      return respond(on, { rate, note: data.get("note").trim() });
    });
  }

  _reject(on) {
    const prepare = (dialog) => {
      const words = gettext("Decline %(amount)s?");
      dialog.querySelector("[data-title]").textContent = interpolate(words, { amount: money(on.amount, on.currency) });
    };
    return ask("decline-dialog", prepare, (data) =>
      respond(on, { reason: data.get("reason") ?? "", note: data.get("note").trim() }),
    );
  }

  async _award(on) {
    const words = { offer: on.offer, name: on.name, amount: money(on.amount, on.currency) };
    const sure = await confirm({
      title: interpolate(gettext("Award #%(offer)s to %(name)s for %(amount)s?"), words),
      words: interpolate(gettext("%(name)s is told at once. All others are told that the load is covered."), words),
      action: interpolate(gettext("Award to %(name)s"), words),
      kind: "bind",
    });
    return sure && once(nameOf(on), "POST", `/offers/${on.offer}/award`, { proposal_id: on.id });
  }

  async _withdraw(on) {
    const { results } = await once(nameOf(on), "POST", `/offers/${on.offer}/withdraw`, { driver_ids: [on.driver] });
    if (!results[0]?.ok) throw Object.assign(new Error(results[0]?.message), results[0]);
    toast({
      title: interpolate(gettext("Withdrawn from %(name)s"), on),
      words: `#${on.offer}`,
      state: "withdrawn",
      action: { label: gettext("Send again"), run: () => this.#act({ ...on, action: "send" }) },
    });
    return results;
  }

  async _send(on, force = false) {
    const body = { driver_ids: [on.driver], ...(force && { force }) };
    const name = force ? `${nameOf(on)}:force` : nameOf(on);
    const { sent, skipped } = await once(name, "POST", `/offers/${on.offer}/send-to-drivers`, body);
    if (sent.length) return sent[0];
    const [{ message, can_force: canForce }] = skipped;
    const again = { label: gettext("Send anyway"), run: () => this.#force(on) };
    const title = interpolate(gettext("Not sent to %(name)s"), on);
    toast({ title, words: message, picture: "i-alert", action: canForce && !force ? again : undefined });
    return null;
  }

  async #force(on) {
    try {
      const sent = await this._send(on, true);
      if (sent) dispatchEvent(new CustomEvent("proposal-changed", { detail: sent }));
    } catch (error) {
      // The toast that it was pressed on has gone: what has to be pressed again stands on this one.
      const again = { label: gettext("Send anyway"), run: () => this.#force(on) };
      refused(error, error.isUnknown ? again : undefined);
    } finally {
      dispatchEvent(new CustomEvent("offer-changed", { detail: { offer_id: on.offer } }));
    }
  }

  _fall_off(on) {
    const prepare = (dialog) => {
      const words = interpolate(gettext("Take %(name)s off #%(offer)s?"), on);
      dialog.querySelector("[data-title]").textContent = words;
    };
    return ask("fall-off-dialog", prepare, (data) =>
      once(nameOf(on), "POST", `/offers/${on.offer}/fall-off`, {
        reason: data.get("reason"),
        note: data.get("note").trim(),
      }),
    );
  }
}

/** What makes it another thing to do: a proposal that has changed in between is asked about anew. */
const nameOf = ({ action, id, version }) => `${action}:${id}:${version}`;

function respond(on, more = {}) {
  const { id, action, version, pressedAt } = on;
  return once(nameOf(on), "PUT", `/proposals/${id}/respond`, { action, version, pressed_at: pressedAt, ...more });
}

async function refused(error, action) {
  if (error.code === "stale_version" && error.error.current) return tellStale(error.error.current);
  toast({ title: titleOf(error), words: wordsOf(error), picture: "i-alert", action });
}
