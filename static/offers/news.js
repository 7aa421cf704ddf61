// What happens where nobody looks: a toast that names who and what, a sound, the count of what is unread in bar and title.

import { $$, say } from "shared/dom.js";
import { gettext, interpolate } from "shared/i18n.js";
import { money } from "shared/money.js";
import { socket } from "shared/socket.js";
import { play } from "shared/sounds.js";
import { toast } from "shared/toasts.js";

const NEWS = {
  accepted: [() => gettext("%(name)s accepted %(amount)s"), "good"],
  counter_offered: [() => gettext("%(name)s asks %(amount)s"), "message"],
  rejected: [() => gettext("%(name)s declined"), "message"],
  fallen_off: [() => gettext("%(name)s fell off"), "bad"],
};
const TURNS = ["proposal_updated", "offer_status_changed", "unread_changed", "refetch"];
const SOON = 500;
const told = new Map();

/** `inView(offerId, driverId?)` says what is on the screen already. Answers the way to stop. */
export function tellNews(inView) {
  const off = new AbortController();
  const on = (name, run) => socket.addEventListener(name, run, { signal: off.signal });
  on("proposal_updated", ({ detail, fresh }) => fresh && tellAnswer(detail, inView));
  on("new_message", ({ detail, fresh }) => fresh && tellMessage(detail, inView));
  on("unread_changed", ({ detail }) => showUnread(detail.total));
  const count = later(askTurns);
  for (const name of TURNS) on(name, count);
  return () => off.abort();
}

/** The number beside Now in the bar: how many things wait for this person. */
export function showTurns(number) {
  for (const count of $$('[data-count="turns"]')) say(count, Number(number) ? String(number) : "");
}

async function askTurns() {
  try {
    const headers = { "HX-Request": "true", "HX-Target": "turns" };
    const response = await fetch("/", { headers, credentials: "same-origin", cache: "no-store" });
    if (response.ok) showTurns(await response.text());
  } catch {
    // The next event asks again.
  }
}

/** Several calls within a moment are one. */
function later(run) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(run, SOON);
  };
}

function tellAnswer(proposal, inView) {
  const { id, version, status, offer_id, driver_id, driver, currency, rounds } = proposal;
  if (version <= (told.get(id) ?? 0)) return;
  told.set(id, version);
  if (!NEWS[status] || rounds.at(-1)?.by.type !== "driver") return;
  const [words, tune] = NEWS[status];
  play(tune);
  if (inView(offer_id) && !document.hidden) return;
  const amount = money(proposal.agreed_rate ?? proposal.driver_proposed_rate, currency);
  toast({
    title: interpolate(words(), { name: driver.name, amount }),
    words: `#${offer_id}`,
    state: status,
    action: { label: gettext("Open"), href: `/offers/?offer=${offer_id}&driver=${driver_id}` },
  });
}

function tellMessage({ sender, message_type, offer_id, driver_id }, inView) {
  if (sender.type !== "driver" || message_type !== "text") return;
  if (!inView(offer_id, driver_id) || document.hidden) play("message");
}

function showUnread(total) {
  for (const count of $$('[data-count="unread"]')) say(count, total ? String(total) : "");
  document.title = document.title.replace(/^\(\d+\) /, "");
  if (total) document.title = `(${total}) ${document.title}`;
}
