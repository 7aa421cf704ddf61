// REST from the pages: the session signs, Django's token guards, refusals come as ApiError.

import { json } from "shared/whole.js";

/**
 * A request that did not do what it should. `code` is the contract's, or "offline" when no answer came.
 * `retryable`: the same may do later. `error`: the whole error of the answer, `current` and `drivers` included.
 */
export class ApiError extends Error {
  constructor(error = {}, status = 0, retryAfter = null) {
    super(error.message ?? error.code ?? "offline");
    this.code = error.code ?? "offline";
    this.status = status;
    this.fields = error.fields ?? {};
    this.requestId = error.request_id ?? null;
    this.retryAfter = retryAfter;
    this.retryable = status === 0 || status === 429 || status >= 500;
    this.error = error;
  }
}

const CSRF_COOKIE = /(?:^|; )csrftoken=([^;]+)/;

/** The cookie's, which is true for all tabs: whoever signs in anew in one of them goes on in the others. */
export const csrfToken = () =>
  CSRF_COOKIE.exec(document.cookie)?.[1] ?? document.querySelector('meta[name="csrf-token"]')?.content ?? "";

/** api("POST", "/offers", { body }) → the answer's JSON. `query` drops what is null; `key` is an Idempotency-Key. */
export async function api(method, path, { body, query, key, signal } = {}) {
  const headers = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET") headers["X-CSRFToken"] = csrfToken();
  if (key) headers["Idempotency-Key"] = key;
  let response;
  try {
    response = await fetch(`/api${path}${search(query)}`, {
      method,
      headers,
      signal,
      credentials: "same-origin",
      cache: "no-store",
      body: body === undefined ? undefined : json(body),
    });
  } catch (failure) {
    if (failure.name === "AbortError") throw failure;
    throw new ApiError();
  }
  const answer = await response.json().catch(() => null);
  if (response.ok) return answer;
  const retryAfter = Number(response.headers.get("Retry-After")) || null;
  throw new ApiError(answer?.error ?? { code: `http_${response.status}` }, response.status, retryAfter);
}

function search(query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
  return given.length ? `?${new URLSearchParams(given)}` : "";
}
