// Time as people say it. One clock for the page ticks every second and keeps all words and rings true; the server's time
// counts (the socket sets it), so that a wrong clock on a phone ends no offer early.

import { Controller } from "@hotwired/stimulus";
import { gettext, interpolate, language, ngettext } from "shared/i18n.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const SOON = 4 * MINUTE;
const LAST = MINUTE;

let offset = 0;

/** What the server's clock says now, in ms. */
export const now = () => Date.now() + offset;

export function setServerTime(iso) {
  const theirs = Date.parse(iso);
  if (!Number.isNaN(theirs)) offset = theirs - Date.now();
}

/** "2 min ago" under an hour, then the clock, then the day. `zone` is an IANA name; the browser's own without one. */
export function ago(iso, zone) {
  const moment = Date.parse(iso);
  const age = now() - moment;
  if (age < MINUTE) return gettext("now");
  if (age < HOUR) {
    const count = Math.floor(age / MINUTE);
    return interpolate(ngettext("%(count)s min ago", "%(count)s min ago", count), { count });
  }
  return age < DAY / 2 ? clock(iso, zone) : day(iso, zone);
}

/** "3 min": an age in a table, without "ago". */
export function age(iso) {
  const span = Math.max(0, now() - Date.parse(iso));
  if (span < MINUTE) return gettext("now");
  if (span < HOUR) return interpolate(gettext("%(count)s min"), { count: Math.floor(span / MINUTE) });
  if (span < DAY) return interpolate(gettext("%(count)s h"), { count: Math.floor(span / HOUR) });
  return interpolate(gettext("%(count)s d"), { count: Math.floor(span / DAY) });
}

/** "9:46 AM", with the zone's short name when a zone is given that is not the reader's. */
export function clock(iso, zone) {
  return format(iso, { hour: "numeric", minute: "2-digit", ...named(zone) });
}

/** "Sat, Nov 21". */
export function day(iso, zone) {
  return format(iso, { weekday: "short", month: "short", day: "numeric", timeZone: zone || undefined });
}

/** "Sat, Nov 21, 12:00 PM CST". */
export function moment(iso, zone) {
  return format(iso, {
    weekday: "short",
    month: "short",
    day: "numeric",
    hour: "numeric",
    minute: "2-digit",
    ...named(zone),
  });
}

function named(zone) {
  if (!zone) return {};
  const mine = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return zone === mine ? { timeZone: zone } : { timeZone: zone, timeZoneName: "short" };
}

const REGION = { en: "en-US", es: "es-US" }[language] ?? language;
const formats = new Map(); // making one takes longer than writing a thousand times with it

function format(iso, options) {
  const key = JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(REGION, options));
  // Spanish here has the same clocks as English, on the server too: 2:30 PM.
  return formats
    .get(key)
    .format(new Date(iso))
    .replace(/([ap])\.\s?m\./, (_, half) => `${half.toUpperCase()}M`);
}

/**
 * How much is left until a moment: { words: "3:42", left: ms, share: 0…1 of the whole time, mood: "" | "soon" | "last" | "over" }.
 * `since` is when the time began; without it an hour counts as the whole.
 */
export function remaining(until, since) {
  const end = Date.parse(until);
  const left = Math.max(0, end - now());
  const whole = since ? end - Date.parse(since) : HOUR;
  const mood = left === 0 ? "over" : left <= LAST ? "last" : left <= SOON ? "soon" : "";
  return { words: countdown(left), left, share: whole > 0 ? Math.min(1, left / whole) : 0, mood };
}

function countdown(left) {
  if (left === 0) return gettext("over");
  const seconds = Math.ceil(left / SECOND);
  if (seconds < 3600) return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 48 * 60)
    return interpolate(gettext("%(hours)s h %(minutes)s min"), {
      hours: Math.floor(minutes / 60),
      minutes: minutes % 60,
    });
  return interpolate(gettext("%(count)s d"), { count: Math.floor(minutes / 1440) });
}

// Longer words than 14:20 need smaller letters within a ring.
const SHORT = 5;

const listeners = new Set();

/** Calls `listener` every second while the page is seen; answers the way to stop it. */
export function everySecond(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tick() {
  if (document.hidden) return;
  for (const listener of listeners) listener();
}
setInterval(tick, SECOND);
document.addEventListener("visibilitychange", tick);

/** Time left, as templates/shared/_left.html draws it. Tells "left:over" once when the time is up. */
export class LeftController extends Controller {
  static targets = ["ring", "word"];
  static values = { until: String, since: String };

  connect() {
    this.stop = everySecond(() => this.draw());
    this.draw();
  }

  disconnect() {
    this.stop();
  }

  untilValueChanged() {
    this.draw();
  }

  draw() {
    if (!this.untilValue) return;
    const { words, share, mood } = remaining(this.untilValue, this.sinceValue);
    if (this.hasRingTarget) this.ringTarget.setAttribute("stroke-dasharray", `${Math.round(share * 100)} 100`);
    if (this.hasWordTarget && this.wordTarget.textContent !== words) this.wordTarget.textContent = words;
    this.element.toggleAttribute("data-long", words.length > SHORT);
    if (this.element.dataset.left === mood) return;
    this.element.dataset.left = mood;
    if (mood === "over") this.dispatch("over");
  }
}

/** How much what was known `iso` ago is in doubt: "" for half an hour, "some" for a day, then "much". */
const doubt = (iso) => {
  const span = now() - Date.parse(iso);
  return span > DAY ? "much" : span > HOUR / 2 ? "some" : "";
};

/**
 * <time datetime data-ago> and <time datetime data-age data-zone> say how long ago it is; the exact time is in the title.
 * With data-fades, data-doubt says how far to trust what was known then.
 */
export function keepAges() {
  const write = () => {
    for (const element of document.querySelectorAll("time[data-ago], time[data-age]")) {
      const { dateTime } = element;
      const words = "age" in element.dataset ? age(dateTime) : ago(dateTime, element.dataset.zone);
      if (element.textContent !== words) element.textContent = words;
      if ("fades" in element.dataset) element.dataset.doubt = doubt(dateTime);
      element.title ||= moment(dateTime, element.dataset.zone);
    }
  };
  write();
  everySecond(write);
  // What comes later has its words before it is painted.
  new MutationObserver(write).observe(document.body, { childList: true, subtree: true });
}
