// The one door to this server's public API: session cookie, CSRF token, JSON, and errors that people understand.

/** A refusal or a failure. `message` is a sentence to show; `status` is 0 when the server was not reached. */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {string} message
   * @param {unknown} body
   */
  constructor(status, message, body = null) {
    super(message);
    this.status = status;
    this.body = body;
  }
}

/** @returns {string} the CSRF token that Django put into a cookie */
function csrfToken() {
  const pair = document.cookie.split("; ").find((cookie) => cookie.startsWith("csrftoken="));
  return pair ? decodeURIComponent(pair.slice("csrftoken=".length)) : "";
}

const PLAIN = new Map([
  [401, "You are signed out. Sign in again to go on."],
  [403, "You may not do this."],
  [404, "This is no longer there, or you may not see it."],
  [413, "This is too large."],
  [429, "Too many requests. Wait a moment, then try again."],
  [503, "The server is busy. Wait a moment, then try again."],
]);

/**
 * The first sentence in any of the shapes that errors come in.
 * @param {unknown} body
 * @returns {string}
 */
export function sentence(body) {
  if (typeof body === "string") return body;
  if (Array.isArray(body)) return body.map(sentence).find(Boolean) ?? "";
  if (body === null || typeof body !== "object") return "";
  const said = /** @type {Record<string, unknown>} */ (body);
  for (const key of ["error", "detail", "message", "non_field_errors"]) {
    const found = sentence(said[key]);
    if (found) return found;
  }
  for (const [field, value] of Object.entries(said)) {
    const found = field === "code" ? "" : sentence(value);
    if (found) return `${field.replaceAll("_", " ")}: ${found}`;
  }
  return "";
}

/**
 * @param {string} method
 * @param {string} url
 * @param {{body?: unknown, signal?: AbortSignal, headers?: Record<string, string>}} [options]
 * @returns {Promise<any>} the JSON body, or null where there is none
 */
export async function request(method, url, { body, signal, headers = {} } = {}) {
  /** @type {Record<string, string>} */
  const sent = { Accept: "application/json", ...headers };
  if (method !== "GET") sent["X-CSRFToken"] = csrfToken();
  if (body !== undefined) sent["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(url, {
      method,
      signal,
      credentials: "same-origin",
      headers: sent,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, "The server cannot be reached. Check your connection, then try again.");
  }
  const text = await response.text();
  let answer = null;
  try {
    answer = text ? JSON.parse(text) : null;
  } catch {
    if (response.ok) throw new ApiError(response.status, "The server gave an answer that makes no sense.");
  }
  if (response.ok) return answer;
  const plain = PLAIN.get(response.status) ?? `The server could not do this (error ${response.status}).`;
  throw new ApiError(response.status, sentence(answer) || plain, answer);
}

/** @type {(url: string, signal?: AbortSignal) => Promise<any>} */
export const get = (url, signal) => request("GET", url, { signal });

/** @type {(url: string, body?: unknown, headers?: Record<string, string>) => Promise<any>} */
export const post = (url, body, headers) => request("POST", url, { body, headers });

/** @type {(url: string) => Promise<any>} */
export const remove = (url) => request("DELETE", url);

/**
 * An absolute link of the API as a path on this site, so that it works behind any host name; others stay as they are.
 * @param {string} url
 */
export function local(url) {
  const site = document.documentElement.dataset.site ?? "";
  return site && `${url}/`.startsWith(`${site}/`) ? url.slice(site.length) || "/" : url;
}

/**
 * Everything that a list holds, page by page.
 * @param {string} url
 * @param {number} [most]
 */
export async function all(url, most = 200) {
  const found = [];
  for (let next = url; next && found.length < most; ) {
    const page = await get(next);
    found.push(...page.results);
    next = page.next ? local(page.next) : "";
  }
  return found;
}
