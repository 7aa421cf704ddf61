// A request that was sent and not answered may have been done. It is sent again as the same request, which the server does
// once; until an answer comes, the page says what it knows.
//
//   await once(`copy:${id}`, "POST", `/offers/${id}/copy`)     the answer, or an ApiError; `error.became` when it was lost
//   lostWords(error.became)                                    what is known of it
//   await whatBecame(key)                                      the server's word for the request with this key

import { api, ApiError } from "shared/api.js";
import { newId } from "shared/ids.js";
import { gettext } from "shared/i18n.js";
import { Memory } from "shared/live/memory.js";
import { socket } from "shared/socket.js";
import { toast } from "shared/toasts.js";

const KEPT = 23 * 3_600_000; // ms; the server knows of a request for 24 hours
const AGAIN = 60_000; // ms in which a press after "it was done" is the same nervous finger
const PATIENCE = 5000;
const LOOKS = 3; // at a request that is still being worked on
const PAUSE = 700;
const NOT_REACHED = [0, 401, 403, 429, 503];
const STEADY = ["version", "pressed_at", "expires_at"]; // what a repeated press says as the first one did

const attempts = new Memory(sessionStorage, document.body?.dataset.actor, "attempt:");
const here = new Map(); // The same for this page, where the browser keeps nothing.

const recall = (name) => here.get(name) ?? attempts.read(name);

function note(name, attempt) {
  here.set(name, attempt);
  attempts.write(attempt, name);
}

function forget(name) {
  here.delete(name);
  attempts.remove(name);
}

/**
 * Does what `name` stands for once, however often it is pressed until an answer has come. `name` holds what makes it another
 * thing to do: the ids, and the version where the same may be done again later.
 */
export async function once(name, method, path, body = {}) {
  const kept = await unanswered(name);
  const said = kept ? { ...body, ...steady(kept.body) } : body;
  const attempt = kept ?? { key: newId(), path, body: said, at: Date.now() };
  note(name, attempt);
  try {
    const answer = await api(method, path, { body: said, key: attempt.key });
    forget(name);
    return answer;
  } catch (error) {
    if (error.isUnknown) {
      error.became = await whatBecame(attempt.key);
      const known = error.became?.state === "answered" ? Date.now() : undefined;
      note(name, { ...attempt, lost: true, known });
      throw error;
    }
    // What did not reach the view says nothing of the press before.
    if (!kept || !NOT_REACHED.includes(error.status)) forget(name);
    if (error.usedFor === undefined) throw error;
    // What is said now is not what was said first: that was refused, or it was done.
    if (error.usedFor >= 400) return once(name, method, path, body);
    throw new ApiError({ code: "done_before", message: doneBefore() }, error.status);
  }
}

/** { state: unknown | working | answered, status } of the request with this key; null without an answer. */
export async function whatBecame(key) {
  if (!key) return null;
  for (let look = 1; ; look += 1) {
    const options = { query: { key }, signal: AbortSignal.timeout(PATIENCE) };
    const became = await api("GET", "/attempts", options).catch(() => null);
    if (became?.state !== "working" || look === LOOKS) return became;
    await new Promise((done) => setTimeout(done, PAUSE));
  }
}

/** What is known of a request whose answer was lost. */
export function lostWords(became) {
  switch (became?.state) {
    case "answered":
      return became.status < 400
        ? gettext("It was done; only the answer was lost. Pressing again does not do it twice.")
        : gettext("It was refused, and the answer was lost. Press again to read why.");
    case "working":
      return gettext("No answer came; it is still being worked on. Pressing again cannot do it twice.");
    case "unknown":
      return gettext("No answer came, and so far it is not done. It may still be; pressing again cannot do it twice.");
    default:
      return gettext("No answer came. It may or may not have been done; pressing again cannot do it twice.");
  }
}

/** Above those words. */
export const lostTitle = (became) =>
  became?.state === "answered" && became.status < 400 ? gettext("It was done") : gettext("No answer came");

export const doneBefore = () =>
  gettext(
    "It was done the first time, as it stood then; only the answer was lost. What you have changed since is not in it.",
  );

/** What was sent under this name and is still open: not answered, or answered without this page having heard it long ago. */
async function unanswered(name) {
  const kept = recall(name);
  const since = kept && Date.now() - (kept.known ?? kept.at);
  if (!kept || since > KEPT || (kept.known && since > AGAIN)) return null;
  if (kept.known || since < AGAIN) return kept;
  return (await whatBecame(kept.key))?.state === "unknown" ? null : kept;
}

/** With a connection again: asks for what was lost, and tells it. From then on the same press is another request. */
async function settle() {
  for (const name of attempts.keys()) {
    const kept = recall(name);
    if (!kept?.lost || kept.known) continue;
    const became = await whatBecame(kept.key);
    if (became?.state !== "answered" || recall(name)?.key !== kept.key) continue;
    note(name, { ...kept, known: Date.now() });
    const about = /\d+/.exec(kept.path)?.[0];
    toast({
      title: lostTitle(became),
      words: [about && `#${about}`, lostWords(became)].filter(Boolean).join(" "),
      picture: "i-info",
    });
  }
}

socket.addEventListener("ready", settle);

const steady = (body) => Object.fromEntries(Object.entries(body).filter(([name]) => STEADY.includes(name)));
