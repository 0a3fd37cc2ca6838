// What is asked: from the address bar, back into it, and on to the API.

/**
 * @typedef {{q: string, sort: string, mine: string}} Query
 */

/**
 * @param {string} search
 * @returns {Query}
 */
export function read(search) {
  const params = new URLSearchParams(search);
  return { q: (params.get("q") ?? "").trim(), sort: params.get("sort") ?? "", mine: params.get("mine") ? "1" : "" };
}

/** @param {Query} query */
export function pageUrl(query) {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) if (value) params.set(key, value);
  const text = params.toString();
  return text ? `/?${text}` : "/";
}

/**
 * @param {Query} query
 * @param {number | null} me
 */
export function apiUrl(query, me) {
  const params = new URLSearchParams({ q: query.q, hl: "true", expand: "user,organization", per_page: "25" });
  const sort = query.sort || (query.q ? "" : "created_at");
  if (sort) params.set("sort", sort);
  if (query.mine && me) params.set("user", String(me));
  return `/api/documents/search/?${params}`;
}
