// REST from the pages: the session signs, Django's token guards, refusals come as ApiError.

import { gettext } from "shared/i18n.js";
import { json } from "shared/whole.js";

/**
 * A request that did not do what it should. `code` is the contract's; "offline" when it did not leave, or asked for something
 * and got no answer; "lost" when it would have changed something and got no answer.
 * `retryable`: the same may do later. `isUnknown`: it may have been done. `usedFor`: the status of the first answer, when its
 * Idempotency-Key was used for another request. `error`: the whole error of the answer, `current` and `drivers` included.
 */
export class ApiError extends Error {
  constructor(error = {}, status = 0, retryAfter = null) {
    super(error.message ?? error.code ?? "offline");
    this.code = error.code ?? "offline";
    this.status = status;
    this.fields = error.fields ?? {};
    this.requestId = error.request_id ?? null;
    this.retryAfter = retryAfter;
    const underWay = error.first_status === null;
    this.retryable = status === 0 || status === 429 || status >= 500 || underWay;
    this.isUnknown = this.code === "lost" || underWay || (status >= 500 && this.code !== "unavailable");
    this.usedFor = error.first_status ?? undefined;
    this.error = error;
  }
}

const CSRF_COOKIE = /(?:^|; )csrftoken=([^;]+)/;

/** The cookie's, which is true for all tabs: whoever signs in anew in one of them goes on in the others. */
export const csrfToken = () =>
  CSRF_COOKIE.exec(document.cookie)?.[1] ?? document.querySelector('meta[name="csrf-token"]')?.content ?? "";

const PATIENCE = 30_000; // ms until an answer is given up

/**
 * api("POST", "/offers", { body }) → the answer's JSON. `query` drops what is null; `key` is an Idempotency-Key.
 * Requests that change something are given up after a while, unless `signal` says otherwise.
 */
export async function api(method, path, { body, query, key, signal } = {}) {
  const reads = method === "GET";
  const wasCut = navigator.onLine === false;
  const headers = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (!reads) headers["X-CSRFToken"] = csrfToken();
  if (key) headers["Idempotency-Key"] = key;
  const lost = (failure) => {
    if (failure.name === "AbortError") throw failure;
    // Only a device that was cut off before, and is still, has certainly sent nothing.
    const stayed = wasCut && navigator.onLine === false;
    if (reads || stayed) throw new ApiError();
    throw new ApiError({ code: "lost", message: gettext("No answer came. It may or may not have been done.") });
  };
  const response = await fetch(`/api${path}${search(query)}`, {
    method,
    headers,
    signal: signal ?? (reads ? undefined : AbortSignal.timeout(PATIENCE)),
    credentials: "same-origin",
    cache: "no-store",
    body: body === undefined ? undefined : json(body),
  }).catch(lost);
  if (response.status === 204) return null;
  if (response.ok) return response.json().catch(lost);
  const answer = await response.json().catch(() => null);
  const retryAfter = Number(response.headers.get("Retry-After")) || null;
  throw new ApiError(answer?.error ?? { code: `http_${response.status}` }, response.status, retryAfter);
}

function search(query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
  return given.length ? `?${new URLSearchParams(given)}` : "";
}
