// The library: the search in the address bar becomes a request, its answer becomes rows, and more rows while scrolling.

import { get, local } from "../docplatform/js/api.js";
import { announce } from "../docplatform/js/announce.js";
import { embedded, fill, find } from "../docplatform/js/dom.js";
import { plural } from "../docplatform/js/format.js";
import { hit } from "./library/hit.js";
import { apiUrl, pageUrl, read } from "./library/query.js";
import { empty, failure, misread, moreButton, skeleton } from "./library/states.js";

const me = embedded("facts").user;
const list = find("#hits");
const state = find("#state");
const more = find("#more");
const box = /** @type {HTMLInputElement} */ (find("#q"));
const sort = /** @type {HTMLSelectElement} */ (find("#sort"));

let query = read(location.search);
let next = "";
let pages = 0;
let running = new AbortController();

/** Puts the query into the form, so that back and forward show what was asked. */
function showQuery() {
  box.value = query.q;
  sort.options[0].hidden = !query.q; // without words nothing matches better than anything else
  sort.value = query.sort || (query.q ? "" : "created_at");
  document.title = query.q ? `${query.q} · Library · DocPlatform` : "Library · DocPlatform";
  for (const button of document.querySelectorAll("[data-mine]")) {
    button.setAttribute("aria-pressed", String((button.getAttribute("data-mine") ?? "") === query.mine));
  }
}

/**
 * Asks anew. `quiet` keeps the old rows until the new ones are here.
 * @param {{quiet?: boolean}} [options]
 */
async function search({ quiet = false } = {}) {
  running.abort();
  running = new AbortController();
  const { signal } = running;
  if (!quiet) {
    showQuery(); // never quietly: somebody may be typing
    fill(list);
    fill(more);
    fill(find("#count"));
    fill(state, skeleton());
  }
  list.setAttribute("aria-busy", "true");
  try {
    const answer = await get(apiUrl(query, me), signal);
    pages = 1;
    fill(list, ...answer.results.map(row));
    fill(state, answer.escaped && misread(), answer.count === 0 && empty(query, me, { clear, everyone }));
    count(answer.count, quiet);
    follow(answer.next);
  } catch (error) {
    if (signal.aborted) return;
    if (!quiet) fill(state, failure(error, () => search()));
  }
  list.removeAttribute("aria-busy");
}

/** @param {any} result */
const row = (result) => hit(result, query.q, me);

/** @type {(number: number, quiet: boolean) => void} */
function count(number, quiet) {
  const words = plural(number, "document");
  fill(find("#count"), number > 0 && words);
  if (!quiet) announce(number ? `${words} found` : "No documents found");
}

/** @param {string | null} url */
function follow(url) {
  next = url ? local(url) : "";
  fill(more, next && moreButton(() => append(true)));
}

/**
 * The next page of rows. Somebody who pressed the button goes on at the first new row.
 * @param {boolean} byHand
 */
async function append(byHand) {
  if (!next) return;
  const { signal } = running;
  const url = next;
  next = "";
  fill(more, skeleton(1));
  try {
    const answer = await get(url, signal);
    const rows = answer.results.map(row);
    list.append(...rows);
    pages += 1;
    follow(answer.next);
    announce(`${plural(rows.length, "more document")} shown`);
    if (byHand) rows[0]?.querySelector("a")?.focus();
  } catch (error) {
    if (signal.aborted) return;
    fill(
      more,
      failure(error, () => {
        next = url;
        append(true);
      }),
    );
  }
}

/** @param {Partial<typeof query>} change */
function go(change) {
  query = { ...query, ...change };
  history.pushState(null, "", pageUrl(query));
  search();
}

const clear = () => {
  go({ q: "" });
  box.focus();
};
const everyone = () => go({ mine: "" });

find("#search").addEventListener("submit", (event) => {
  event.preventDefault();
  go({ q: box.value.trim() });
});
box.addEventListener("search", () => {
  if (!box.value && query.q) go({ q: "" });
});
sort.addEventListener("change", () => go({ sort: sort.value }));
for (const button of document.querySelectorAll("[data-mine]")) {
  button.addEventListener("click", () => go({ mine: button.getAttribute("data-mine") ?? "" }));
}
addEventListener("popstate", () => {
  query = read(location.search);
  search();
});
addEventListener("keydown", (event) => {
  const typing = event.target instanceof HTMLElement && event.target.closest("input, select, textarea, dialog");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  box.focus();
  box.select();
});

// A finished upload shows up by itself, unless that would move rows away from under somebody who has read further down.
let soon = 0;
addEventListener("docplatform:changed", () => {
  clearTimeout(soon);
  soon = setTimeout(() => pages <= 1 && search({ quiet: true }), 400);
});

new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && append(false), {
  rootMargin: "600px",
}).observe(more);

search();
