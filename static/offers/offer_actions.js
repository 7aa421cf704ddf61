// What is done with a whole offer from its head: more time, withdraw, copy, complete, cancel, who works on it.

import { Controller } from "@hotwired/stimulus";
import { ask, titleOf, wordsOf } from "offers/ask.js";
import { once } from "shared/attempts.js";
import { confirm } from "shared/dialog.js";
import { gettext, interpolate, ngettext } from "shared/i18n.js";
import { now } from "shared/time.js";
import { toast } from "shared/toasts.js";

const TEN_MINUTES = 10 * 60_000;

export class OfferActionsController extends Controller {
  static values = {
    id: Number,
    version: Number,
    expires: String,
    route: String,
    owner: Number,
    followers: Array,
  };

  get path() {
    return `/offers/${this.idValue}`;
  }

  extend(event) {
    const end = Math.max(now(), Date.parse(this.expiresValue)) + TEN_MINUTES;
    return this.#change("extend", event, { expires_at: new Date(end).toISOString() });
  }

  complete(event) {
    return this.#change("complete", event, { status: "completed" });
  }

  activate(event) {
    return this.#change("activate", event, { status: "active" });
  }

  async cancel(event) {
    const sure = await confirm({
      title: interpolate(gettext("Cancel offer #%(id)s?"), { id: this.idValue }),
      words: interpolate(
        gettext("%(route)s. Every driver who was asked is told that it is closed; its history stays."),
        {
          route: this.routeValue,
        },
      ),
      action: interpolate(gettext("Cancel #%(id)s"), { id: this.idValue }),
    });
    if (sure) await this.#change("cancel", event, { status: "cancelled" });
  }

  async withdraw({ currentTarget }) {
    const sure = await confirm({
      title: interpolate(gettext("Withdraw #%(id)s from everybody?"), { id: this.idValue }),
      words: gettext("Whoever has not been awarded it can answer no more. It can be sent to them again."),
      action: gettext("Withdraw from all"),
    });
    if (!sure) return;
    await this.#run(currentTarget, async () => {
      const { results } = await once(`withdraw-all:${this.idValue}`, "POST", `${this.path}/withdraw`);
      const count = results.filter((each) => each.ok).length;
      const words = ngettext("Withdrawn from %(count)s driver", "Withdrawn from %(count)s drivers", count);
      toast({ title: interpolate(words, { count }), words: `#${this.idValue}`, state: "withdrawn" });
    });
  }

  copy({ currentTarget }) {
    return this.#run(currentTarget, async () => {
      const { id } = await once(`copy:${this.idValue}`, "POST", `${this.path}/copy`);
      location.assign(`${location.pathname}?offer=${id}`);
    });
  }

  handOver() {
    return this.#people({
      title: interpolate(gettext("Hand #%(id)s over to"), { id: this.idValue }),
      action: gettext("Hand over"),
      chosen: [this.ownerValue],
      single: true,
      submit: ([owner]) => once(`handover:${this.idValue}`, "POST", `${this.path}/handover`, { owner }),
    });
  }

  follow() {
    return this.#people({
      title: interpolate(gettext("Who works on #%(id)s beside its owner"), { id: this.idValue }),
      action: gettext("Save"),
      chosen: this.followersValue,
      without: this.ownerValue,
      submit: (user_ids) => once(`followers:${this.idValue}`, "POST", `${this.path}/followers`, { user_ids }),
    });
  }

  async #people({ title, action, chosen, single = false, without = null, submit }) {
    const prepare = (dialog) => {
      dialog.querySelector("h2").textContent = title;
      dialog.querySelector("[data-submit]").textContent = action;
      for (const input of dialog.querySelectorAll("input")) {
        if (single) input.type = "radio";
        input.checked = chosen.includes(Number(input.value));
        if (Number(input.value) === without) input.closest("label").remove();
      }
    };
    const done = await ask("people-dialog", prepare, (data) => submit(data.getAll("person").map(Number)));
    if (done) this.#changed();
  }

  /** Without the version in its name: a second press of "10 min more" that meets no answer asks for the same ten. */
  #change(what, { currentTarget }, fields) {
    const change = () => once(`${what}:${this.idValue}`, "PATCH", this.path, { version: this.versionValue, ...fields });
    return this.#run(currentTarget, change);
  }

  async #run(button, work) {
    if (button?.getAttribute("aria-busy") === "true") return;
    button?.setAttribute("aria-busy", "true");
    try {
      await work();
    } catch (error) {
      const stale = error.code === "stale_version";
      const words = stale ? gettext("Somebody changed the offer meanwhile. Look again, then do it.") : wordsOf(error);
      toast({ title: titleOf(error), words, picture: "i-alert" });
    } finally {
      button?.removeAttribute("aria-busy");
      this.#changed();
    }
  }

  #changed() {
    dispatchEvent(new CustomEvent("offer-changed", { detail: { offer_id: this.idValue } }));
  }
}
