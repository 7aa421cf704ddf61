// The keyboard: a list has one stop and arrows (roving tabindex); single keys are off in fields and can be switched off.

import { Controller } from "@hotwired/stimulus";

const KEY = "single-keys";
const shortcuts = new Map();
let prefix = "";
let forget = 0;

export const singleKeysOn = () => localStorage.getItem(KEY) !== "off";
export const switchSingleKeys = (on) => localStorage.setItem(KEY, on ? "on" : "off");

/**
 * shortcut("n", "New offer", run) · shortcut("g t", "Trucks", run) · shortcut("mod+k", "Find or do", run)
 * Answers the way to take it away. `words` is what the list of keys and the palette show.
 */
export function shortcut(keys, words, run) {
  shortcuts.set(keys, { keys, words, run });
  return () => shortcuts.delete(keys);
}

/** All there are now: [{ keys, words, run }]. */
export const allShortcuts = () => [...shortcuts.values()];

const writing = (target) =>
  target.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");

function pressed(event) {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  const mod = event.ctrlKey || event.metaKey;
  if (mod) return run(`mod+${event.key.toLowerCase()}`, event);
  if (writing(event.target) || !singleKeysOn() || document.querySelector("dialog[open]")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const two = prefix && `${prefix} ${key}`;
  prefix = "";
  clearTimeout(forget);
  if (two && run(two, event)) return;
  if (run(key, event)) return;
  if (![...shortcuts.keys()].some((keys) => keys.startsWith(`${key} `))) return;
  prefix = key;
  forget = setTimeout(() => (prefix = ""), 1000);
}

function run(keys, event) {
  const found = shortcuts.get(keys);
  if (!found) return false;
  event.preventDefault();
  found.run(event);
  return true;
}

document.addEventListener("keydown", pressed);

/**
 * A list with one tab stop: data-controller="roving", its rows data-roving-target="item". Arrows and j, k move; Home and End jump.
 * The stop is at what is chosen, else at the first; rows that are added, or change places, keep it where it was.
 */
export class RovingController extends Controller {
  static targets = ["item"];
  static values = { orientation: { type: String, default: "vertical" } };

  connect() {
    this.key = (event) => this.move(event);
    this.entered = (event) => this.enter(event);
    this.element.addEventListener("keydown", this.key);
    this.element.addEventListener("focusin", this.entered);
  }

  disconnect() {
    this.element.removeEventListener("keydown", this.key);
    this.element.removeEventListener("focusin", this.entered);
  }

  itemTargetConnected(item) {
    // A link that was not asked yet has no attribute, and would count as a stop by its nature.
    const stop = this.itemTargets.find((other) => other !== item && other.getAttribute("tabindex") === "0");
    const better = item.getAttribute("aria-current") === "true";
    if (stop && better) stop.tabIndex = -1;
    item.tabIndex = stop && !better ? -1 : 0;
  }

  itemTargetDisconnected(item) {
    if (item.tabIndex === 0 && this.itemTargets[0]) this.itemTargets[0].tabIndex = 0;
  }

  enter(event) {
    const item = this.itemTargets.find((candidate) => candidate.contains(event.target));
    if (!item) return;
    for (const other of this.itemTargets) other.tabIndex = other === item ? 0 : -1;
  }

  move(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || writing(event.target)) return;
    const items = this.itemTargets;
    const at = items.findIndex((item) => item.contains(event.target));
    const [back, on] = this.orientationValue === "horizontal" ? ["ArrowLeft", "ArrowRight"] : ["ArrowUp", "ArrowDown"];
    const letters = this.orientationValue === "vertical" && singleKeysOn();
    const next =
      event.key === on || (letters && event.key === "j")
        ? at + 1
        : event.key === back || (letters && event.key === "k")
          ? at - 1
          : event.key === "Home"
            ? 0
            : event.key === "End"
              ? items.length - 1
              : null;
    if (next === null || at < 0) return;
    event.preventDefault();
    items[Math.max(0, Math.min(items.length - 1, next))]?.focus();
  }
}
