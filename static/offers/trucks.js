// The truck table: ticks that stay while the table changes, numbers to copy, an offer to those ticked.

import { Controller } from "@hotwired/stimulus";
import { application } from "shared/application.js";
import { h } from "shared/dom.js";
import { gettext, ngettext, interpolate } from "shared/i18n.js";
import { shortcut } from "shared/keyboard.js";
import { Memory } from "shared/live/memory.js";
import { toast } from "shared/toasts.js";
import { tellNews } from "offers/news.js";
import { openOfferDialog, sendTo } from "offers/offer_dialog.js";

const UNNARROWING = ["offer", "ordering", "load", "radius_miles"];

/** Ticks belong to trucks, not to rows: they stay when the table is sorted, narrowed or continued, and when one comes back to it. */
class TicksController extends Controller {
  static values = { offer: Number };
  static targets = ["bar", "box", "count", "head", "form", "statuses", "clear"];

  ticked = new Map();

  connect() {
    this.memory = new Memory(sessionStorage, document.body.dataset.actor, `ticks:${this.offerValue}`);
    this.ticked = new Map(this.memory.read()?.filter(([, truck]) => truck.phones));
    for (const box of this.boxTargets) this.showTick(box);
    this.show();
    this.showFilters();
    shortcut("o", gettext("Make an offer to the ticked trucks"), () => this.ticked.size && this.offer());
    shortcut("x", gettext("Tick the truck in focus"), () => this.focusedBox()?.click());
  }

  tick({ target }) {
    if (!this.boxTargets.includes(target)) return;
    this.keep(target);
    if (this.shift && this.last?.isConnected) this.range(this.last, target);
    this.last = target;
    this.show();
  }

  boxTargetConnected(box) {
    this.showTick(box);
    box.addEventListener("click", (event) => (this.shift = event.shiftKey));
  }

  headed({ target }) {
    this.setAll(target.checked);
  }

  all() {
    this.setAll(true);
  }

  clear() {
    this.ticked.clear();
    this.setAll(false);
  }

  restore() {
    this.show();
    this.showFilters();
  }

  /** The form stays while what it finds changes: what it says of itself follows. */
  showFilters() {
    const asked = new FormData(this.formTarget);
    for (const field of this.formTarget.querySelectorAll("input[type=text], input[type=search]")) {
      const words = document.getElementById(`${field.name}-error`);
      field.closest(".input").classList.toggle("input--bad", Boolean(words));
      if (words) {
        field.setAttribute("aria-invalid", "true");
        field.setAttribute("aria-describedby", words.id);
      } else {
        field.removeAttribute("aria-invalid");
        field.removeAttribute("aria-describedby");
      }
    }
    this.statusesTarget.textContent = asked.getAll("status").join(", ");
    this.clearTarget.hidden = ![...asked].some(([name, value]) => value && !UNNARROWING.includes(name));
  }

  async copy() {
    const ticked = [...this.ticked.values()];
    const phones = [...new Set(ticked.flatMap((truck) => truck.phones))];
    const without = ticked.filter((truck) => !truck.phones.length).length;
    if (!(await copyText(phones.join("\n")))) {
      toast({
        title: gettext("Nothing was copied"),
        words: gettext("This browser does not let pages copy."),
        picture: "i-alert",
      });
      return;
    }
    toast({
      title: interpolate(ngettext("%(count)s number copied", "%(count)s numbers copied", phones.length), {
        count: phones.length,
      }),
      words: without
        ? interpolate(ngettext("%(count)s truck has none", "%(count)s trucks have none", without), { count: without })
        : "",
      picture: "i-copy",
    });
  }

  offer() {
    const drivers = [...this.ticked.keys()];
    if (this.offerValue) sendTo({ offer: this.offerValue, drivers });
    else openOfferDialog({ drivers });
  }

  setAll(checked) {
    for (const box of this.boxTargets) {
      box.checked = checked;
      this.keep(box);
    }
    this.show();
  }

  /** Shift ticks everything from the last one pressed. */
  range(from, to) {
    const boxes = this.boxTargets;
    const [start, end] = [boxes.indexOf(from), boxes.indexOf(to)].sort((a, b) => a - b);
    for (const box of boxes.slice(start, end + 1)) {
      box.checked = to.checked;
      this.keep(box);
    }
  }

  keep(box) {
    const { phones, name } = box.closest("tr").dataset;
    if (box.checked) this.ticked.set(box.value, { phones: phones.split(" ").filter(Boolean), name });
    else this.ticked.delete(box.value);
    this.mark(box);
  }

  showTick(box) {
    box.checked = this.ticked.has(box.value);
    this.mark(box);
  }

  mark(box) {
    box.closest("tr").setAttribute("aria-selected", String(box.checked));
  }

  show() {
    this.memory.write([...this.ticked]);
    this.barTarget.hidden = this.ticked.size === 0;
    this.countTarget.textContent = this.ticked.size;
    if (!this.hasHeadTarget) return;
    const shown = this.boxTargets.filter((box) => box.checked).length;
    this.headTarget.checked = shown > 0 && shown === this.boxTargets.length;
    this.headTarget.indeterminate = shown > 0 && shown < this.boxTargets.length;
  }

  focusedBox() {
    return document.activeElement?.closest("tr")?.querySelector("input[type=checkbox]");
  }
}

/** Copies; answers whether it did. Browsers let a page do it by itself only over HTTPS: elsewhere it is marked and copied. */
async function copyText(text) {
  if (navigator.clipboard) {
    return navigator.clipboard.writeText(text).then(
      () => true,
      () => copyMarked(text),
    );
  }
  return copyMarked(text);
}

function copyMarked(text) {
  const before = document.activeElement;
  const field = h("textarea", { class: "vh", readonly: true }, text);
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  before?.focus();
  return done;
}

application.register("ticks", TicksController);
tellNews(() => false);
