// What the library shows when it has no rows: waiting, failed, nothing found, nothing there yet.

import { button, el, icon } from "../../docplatform/js/dom.js";

/**
 * Grey rows while an answer is awaited.
 * @param {number} [rows]
 */
export function skeleton(rows = 4) {
  const line = () => el("div", { class: "bone" }, el("i"), el("b"), el("b"), el("b"));
  return el("div", { class: "skeleton", "aria-hidden": "true" }, ...Array.from({ length: rows }, line));
}

/** @type {(error: unknown, retry: () => void) => HTMLElement} */
export function failure(error, retry) {
  const message = error instanceof Error ? error.message : "Something went wrong.";
  return el(
    "div",
    { class: "note bad", role: "alert" },
    icon("warning"),
    el("span", {}, message),
    button("Try again", { class: "small", icon: "retry", onclick: retry }),
  );
}

export function misread() {
  const text = "Some signs in your search have no meaning there, so they were searched as plain text.";
  return el("p", { class: "note warn" }, icon("info"), el("span", {}, text));
}

/** @param {() => void} onclick */
export const moreButton = (onclick) => button("Show more", { onclick });

/**
 * @param {{q: string, mine: string}} query
 * @param {number | null} me
 * @param {{clear: () => void, everyone: () => void}} actions
 */
export function empty(query, me, { clear, everyone }) {
  if (query.q) return nothingFound(query, clear, everyone);
  if (!me) {
    return blank("Nothing has been published yet", "Documents that are public will stand here. Sign in to see yours.", []);
  }
  const upload = button("Choose files", {
    class: "main",
    icon: "upload",
    onclick: () => document.getElementById("upload-open")?.click(),
  });
  const title = query.mine ? "You have no documents yet" : "Your library is empty";
  const text =
    "Drop PDFs, scans, pictures or office files anywhere on this page. Scans are read, and every word becomes searchable.";
  return blank(title, text, [upload]);
}

/** @type {(query: {q: string, mine: string}, clear: () => void, everyone: () => void) => HTMLElement} */
function nothingFound(query, clear, everyone) {
  const actions = [button("Clear the search", { onclick: clear })];
  if (query.mine) actions.unshift(button("Search all documents", { class: "main", onclick: everyone }));
  const text = "Check the spelling, try fewer words, or end a word with * to find all that begin like it.";
  return blank(`Nothing matches “${query.q}”`, text, actions);
}

/** @type {(title: string, text: string, actions: HTMLElement[]) => HTMLElement} */
function blank(title, text, actions) {
  return el(
    "div",
    { class: "blank" },
    el("div", { class: "blank-art", "aria-hidden": "true" }, el("i"), el("i"), el("i")),
    el("h2", {}, title),
    el("p", {}, text),
    el("div", { class: "actions" }, ...actions),
  );
}
