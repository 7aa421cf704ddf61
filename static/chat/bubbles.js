// How a conversation looks: days, messages by sender and minute, lines of the system, rates on the table, what is on its way.
// Side-neutral: the viewer's key ("driver:15") decides what goes out and what comes in. Text of people becomes text only.

import { apart, spelled } from "shared/bidi.js";
import { h, icon } from "shared/dom.js";
import { gettext, interpolate, ngettext, pgettext } from "shared/i18n.js";
import { money, perMile } from "shared/money.js";
import { sideOf, sideOfKey } from "shared/sides.js";
import { stateWord } from "shared/state.js";
import { clock, day, moment } from "shared/time.js";

const MINUTE = 60_000;
const COUNTED = ["text", "rate_proposal"];
const KNOWN = [...COUNTED, "system"];

const keyOf = (actor) => `${actor.type}:${actor.id}`;
const first = (name) => name.split(" ")[0];

/** Whether a message counts as unread for `viewer`: words and rates of others. */
export const counts = (message, viewer) =>
  COUNTED.includes(message.message_type) && !message.removed_at && keyOf(message.sender) !== viewer;

/**
 * The items of a conversation for `keep`. `talk` is { messages (by seq), outgoing (entries of the outbox), viewer,
 * proposal, table, newAfter (seq behind which things are new, or null), up (commands get through), miles },
 * `act` is { answer(action), retry(clientId), drop(clientId) }.
 */
export function itemsOf(talk, act) {
  const { messages, viewer, newAfter } = talk;
  const shown = messages.filter((message) => KNOWN.includes(message.message_type));
  const written = new Set(shown.map((message) => message.client_id).filter(Boolean));
  const fresh = newAfter === null ? [] : shown.filter((each) => each.seq > newAfter && counts(each, viewer));
  const items = [];
  let last = null;
  for (const [index, message] of shown.entries()) {
    const today = dayWord(message.created_at);
    const dayChanged = !last || dayWord(last.created_at) !== today;
    if (dayChanged) items.push(dayItem(today, message));
    if (message === fresh[0]) items.push(newItem(fresh.length));
    const goesOn = !dayChanged && message !== fresh[0] && together(last, message);
    const next = shown[index + 1];
    const ends = !next || next === fresh[0] || !together(message, next);
    items.push(messageItem(talk, message, { goesOn, ends, act }));
    last = message;
  }
  const outgoing = talk.outgoing.filter((entry) => !written.has(entry.client_id));
  return [...items, ...outgoing.map((entry, index) => outgoingItem(entry, outgoing, index, talk, act))];
}

/** The last rate in the chat while it still stands: { message, agreed, mine }; null when nothing is on the table. */
export function standing({ messages, proposal, table, viewer }) {
  const message = messages.filter((each) => each.message_type === "rate_proposal" && !each.removed_at).at(-1);
  if (!message || !proposal) return null;
  const side = sideOf(message.sender.type);
  const mine = side === sideOfKey(viewer);
  const amount = { driver: proposal.driver_proposed_rate, office: proposal.offered_rate }[side];
  if (amount === undefined) return null;
  if (proposal.agreed_rate)
    return proposal.agreed_rate === message.proposed_rate ? { message, agreed: true, mine } : null;
  const turn = table[proposal.status]?.turn;
  const waits = Boolean(turn) && turn !== side;
  return waits && amount === message.proposed_rate ? { message, agreed: false, mine } : null;
}

function together(one, other) {
  if (!one || one.message_type === "system" || other.message_type === "system") return false;
  return keyOf(one.sender) === keyOf(other.sender) && minuteOf(one) === minuteOf(other);
}

const minuteOf = (message) => Math.floor(Date.parse(message.created_at) / MINUTE);

function dayWord(iso) {
  const dayOf = (moment) => new Date(moment).toDateString();
  if (dayOf(iso) === dayOf(Date.now())) return gettext("Today");
  return dayOf(iso) === dayOf(Date.now() - 24 * 60 * MINUTE) ? gettext("Yesterday") : day(iso);
}

const dayItem = (words, message) => ({
  key: `day-${message.seq}`,
  looks: words,
  build: () => h("p", { class: "day" }, words),
});

function newItem(count) {
  const words = interpolate(ngettext("%(count)s new", "%(count)s new", count), { count });
  return { key: "new", looks: words, build: () => h("p", { class: "day day--new" }, words) };
}

function messageItem(talk, message, { goesOn, ends, act }) {
  const out = sideOf(message.sender.type) === sideOfKey(talk.viewer);
  const key = message.client_id && out ? `c-${message.client_id}` : `m-${message.seq}`;
  if (message.message_type === "system") return systemItem(key, message);
  const mark = out && ends ? markOf(message) : null;
  const rate = message.message_type === "rate_proposal" && !message.removed_at ? rateOf(talk, message) : null;
  const by = ends ? signature(talk, message) : null;
  return {
    key,
    looks: JSON.stringify([message.message, message.removed_at, out, goesOn, by, mark, rate]),
    build: () =>
      h(
        "article",
        { class: classes("msg", out && "msg--out", goesOn && "msg--same"), "data-seq": message.seq },
        rate ? rateCard(talk, message, rate, act) : bubble(message),
        ends && h("p", { class: "msg__by" }, h("span", {}, spelled(BY(), by)), mark && receipt(mark)),
      ),
  };
}

const classes = (...names) => names.filter(Boolean).join(" ");

function systemItem(key, message) {
  const time = clock(message.created_at);
  return {
    key,
    looks: message.message + message.removed_at,
    build: () =>
      h(
        "p",
        { class: "sys", "data-seq": message.seq },
        message.removed_at ? gettext("Message removed") : apart(message.message),
        " ",
        h("time", { datetime: message.created_at }, time),
      ),
  };
}

function bubble(message) {
  return message.removed_at
    ? h("p", { class: "bubble bubble--gone" }, gettext("Message removed"))
    : h("p", { class: "bubble", dir: "auto" }, message.message);
}

const BY = () => gettext("%(name)s, %(time)s");

function signature({ viewer }, message) {
  const name = keyOf(message.sender) === viewer ? gettext("You") : first(message.sender.name);
  return { name, time: clock(message.created_at) };
}

// --- receipts and what is on its way ----------------------------------------------------------------------------------

const markOf = ({ delivered_at, read_at }) => (read_at ? "read" : delivered_at ? "delivered" : "sent");

function receipt(mark) {
  const [picture, words] = {
    read: ["i-checks", gettext("Read")],
    delivered: ["i-checks", pgettext("message", "Delivered")],
    sent: ["i-check", pgettext("message", "Sent")],
    sending: ["i-clock", gettext("Sending")],
  }[mark];
  return h("span", { class: classes("row tight", mark === "read" && "act") }, icon(picture), words);
}

function outgoingItem(entry, outgoing, index, talk, act) {
  const stays = (each) => each.state === "failed" || each.state === "old";
  const next = outgoing[index + 1];
  const waiting = outgoing.filter((each) => !stays(each)).length;
  const ends = stays(entry) || !next || stays(next);
  return {
    key: `c-${entry.client_id}`,
    looks: JSON.stringify([entry.state, entry.error, ends, talk.up, waiting]),
    build: () =>
      h(
        "article",
        { class: classes("msg msg--out", index > 0 && "msg--same") },
        h(
          "p",
          { class: classes("bubble", stays(entry) ? "bubble--fail" : "bubble--wait"), dir: "auto" },
          entry.message,
        ),
        ends && lineOf(entry, talk, waiting, act),
      ),
  };
}

function lineOf(entry, { up }, waiting, act) {
  if (entry.state === "failed") return failedLine(entry, act);
  return entry.state === "old" ? oldLine(entry, act) : waitingLine(up, waiting);
}

/** It has waited so long that it may no longer be true. */
function oldLine({ client_id, created_at }, act) {
  const words = interpolate(gettext("Written %(time)s, and no sign that it arrived. Send it still?"), {
    time: moment(created_at),
  });
  return h(
    "p",
    { class: "msg__by" },
    h("span", { class: "bad row tight" }, icon("i-clock"), words),
    h("button", { class: "btn btn--s", type: "button", onclick: () => act.retry(client_id) }, gettext("Send it still")),
    h(
      "button",
      { class: "btn btn--s btn--quiet", type: "button", onclick: () => act.drop(client_id) },
      gettext("Delete"),
    ),
  );
}

function waitingLine(up, waiting) {
  if (up) return h("p", { class: "msg__by" }, receipt("sending"));
  const words = interpolate(
    ngettext("%(count)s waiting, sent when you are back", "%(count)s waiting, sent when you are back", waiting),
    { count: waiting },
  );
  return h("p", { class: "msg__by" }, h("span", { class: "row tight" }, icon("i-clock"), words));
}

function failedLine({ client_id, error }, act) {
  return h(
    "p",
    { class: "msg__by" },
    h("span", { class: "bad row tight" }, icon("i-alert"), gettext("Not sent")),
    error?.message && h("span", {}, error.message),
    h("button", { class: "btn btn--s", type: "button", onclick: () => act.retry(client_id) }, gettext("Retry")),
    h(
      "button",
      { class: "btn btn--s btn--quiet", type: "button", onclick: () => act.drop(client_id) },
      gettext("Delete"),
    ),
  );
}

// --- rates ------------------------------------------------------------------------------------------------------------

/** What a rate card shows beside its words: { stands, agreed, answers, became, up }. */
function rateOf(talk, message) {
  const now = standing(talk);
  if (now?.message !== message) return { stands: false, became: fate(talk, message) };
  const answers = talk.table[talk.proposal.status]?.answers ?? [];
  const mine = now.agreed ? answers.filter((action) => ["award", "retract"].includes(action)) : now.mine ? [] : answers;
  return { stands: true, agreed: now.agreed, answers: mine, up: talk.up, version: talk.proposal.version };
}

/** What became of a rate that stands no more: countered at a time, or how the whole ended. */
function fate({ messages, proposal }, message) {
  const later = messages.find((each) => each.seq > message.seq && each.message_type === "rate_proposal");
  if (later) return interpolate(gettext("countered %(time)s"), { time: clock(later.created_at) });
  return proposal ? stateWord(proposal.status, proposal.reason) : "";
}

function rateCard(talk, message, rate, act) {
  const { viewer, miles } = talk;
  const name = keyOf(message.sender) === viewer ? null : first(message.sender.name);
  const asks = message.sender.type === "driver";
  const sum = h("span", { class: "rate__sum" }, money(message.proposed_rate, message.currency, { cents: true }));
  if (!rate.stands) {
    const words = h("b", {}, pastWords(name, asks));
    return h(
      "div",
      { class: "rate rate--past" },
      h("p", { class: "row" }, words, sum, h("span", { class: "push small" }, rate.became)),
    );
  }
  const note = message.message.split(" · ").slice(1).join(" · ");
  const each = perMile(message.proposed_rate, miles, message.currency);
  const yours = rate.answers.length > 0;
  return h(
    "div",
    { class: classes("rate", yours && "rate--yours") },
    h(
      "p",
      { class: "row" },
      h("b", {}, nowWords(name, asks)),
      h("span", { class: "soft small push" }, clock(message.created_at)),
    ),
    h(
      "p",
      { class: "row" },
      sum,
      each && h("span", { class: "soft" }, each),
      rate.agreed &&
        h(
          "span",
          { class: "st", "data-st": "accepted" },
          icon("st-accepted", { size: "s" }),
          stateWord("accepted", asks && "office"),
        ),
    ),
    note && h("p", { dir: "auto" }, note),
    yours &&
      rate.up &&
      h(
        "p",
        { class: "rate__do" },
        rate.answers.map((action) => answerButton(action, message, act)),
      ),
    yours && !rate.up && h("p", { class: "hint" }, gettext("Answering needs a connection.")),
  );
}

function nowWords(name, asks) {
  if (name === null) return asks ? gettext("You ask") : gettext("You offer");
  return spelled(asks ? gettext("%(name)s asks") : gettext("%(name)s offers"), { name });
}

function pastWords(name, asks) {
  if (name === null) return asks ? gettext("You asked") : gettext("You offered");
  return spelled(asks ? gettext("%(name)s asked") : gettext("%(name)s offered"), { name });
}

function answerButton(action, { proposed_rate, currency }, act) {
  const amount = money(proposed_rate, currency);
  const [look, words] = {
    accept: ["btn--bind", interpolate(gettext("Accept %(amount)s"), { amount })],
    award: ["btn--bind", interpolate(gettext("Award %(amount)s"), { amount })],
    counter: ["", gettext("Counter back")],
    reject: ["btn--stop btn--quiet", gettext("Decline")],
    retract: ["btn--stop btn--quiet", gettext("Take back")],
  }[action];
  return h(
    "button",
    { class: classes("btn", look), type: "button", onclick: (event) => act.answer(action, event) },
    words,
  );
}
