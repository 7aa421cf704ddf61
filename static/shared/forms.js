// Forms that htmx sends, and what became of those that got no answer. Each carries the key of its request in `request_key`
// (templates: {% request_key %}; server: accounts.idempotent_pages) until it is answered; then it is another request.

import { csrfToken } from "shared/api.js";
import { lostTitle, lostWords, whatBecame } from "shared/attempts.js";
import { gettext } from "shared/i18n.js";
import { newId } from "shared/ids.js";
import { toast } from "shared/toasts.js";

const LOST = ["htmx:sendError", "htmx:timeout"];

/** Whether an xhr was answered for good: not lost, not failed on its way, not still being worked on. */
export const isAnswer = ({ status }) => status > 0 && status < 500 && ![401, 403, 409, 429].includes(status);

/** What to say of an event in which a form has failed: words, and where more can be known, a function that asks for them. */
export function failureWords({ type, detail: { xhr, requestConfig } }) {
  if (isOffline(requestConfig) && LOST.includes(type)) return [gettext("No connection. Nothing was sent.")];
  if (!LOST.includes(type) && xhr.status < 500) {
    return [xhr.status === 409 ? lostWords({ state: "working" }) : gettext("That did not work. Try again.")];
  }
  return [lostWords(null), async () => lostWords(await whatBecame(keyOf(requestConfig)))];
}

export function watchForms() {
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    detail.wasOffline = navigator.onLine === false;
    if (detail.verb === "get") return;
    delete detail.parameters.csrfmiddlewaretoken; // as old as the page, and Django would look at it first
    detail.headers["X-CSRFToken"] = csrfToken();
  });
  // A form that was refused comes back with its words as 422: it is shown like any other answer.
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.xhr.status === 422) {
      detail.shouldSwap = true;
      detail.isError = false;
    }
  });
  document.addEventListener("htmx:beforeOnLoad", ({ detail: { xhr, requestConfig, elt } }) => {
    const key = requestConfig.verb !== "get" && isAnswer(xhr) && elt.querySelector?.("[name=request_key]");
    if (key) key.value = newId();
  });
  for (const name of LOST) document.addEventListener(name, (event) => tellLost(event));
  document.addEventListener("htmx:responseError", (event) => tellError(event));
}

/** Certainly not sent: the device was cut off before, and is still. */
const isOffline = ({ wasOffline }) => wasOffline && navigator.onLine === false;

const keyOf = ({ parameters }) => parameters?.request_key;

async function tellLost({ detail: { requestConfig } }) {
  if (requestConfig.verb === "get") {
    const words = gettext("What you asked for did not come. Try again when the light says Connected.");
    toast({ title: gettext("No connection"), words, picture: "i-cloud-off" });
  } else if (isOffline(requestConfig)) {
    toast({ title: gettext("No connection"), words: gettext("Nothing was sent."), picture: "i-cloud-off" });
  } else {
    await tellUnknown(requestConfig);
  }
}

async function tellError({ detail: { xhr, requestConfig } }) {
  if (requestConfig.verb !== "get" && xhr.status >= 500) return tellUnknown(requestConfig);
  const working = requestConfig.verb !== "get" && xhr.status === 409;
  const words = working
    ? lostWords({ state: "working" })
    : (xhr.getResponseHeader("X-Request-ID") ?? String(xhr.status));
  toast({ title: gettext("That did not work"), words, picture: "i-alert" });
}

async function tellUnknown(requestConfig) {
  const became = await whatBecame(keyOf(requestConfig));
  toast({ title: lostTitle(became), words: lostWords(became), picture: "i-cloud-off" });
  dispatchEvent(new CustomEvent("offer-changed", { detail: {} })); // What is shown is read again.
}
