// One row of the library: thumbnail, title, what it is, and where the words were found.

import { get, post } from "../../docplatform/js/api.js";
import { add, button, el, fill, icon } from "../../docplatform/js/dom.js";
import { day, plural } from "../../docplatform/js/format.js";
import { byPage, marked } from "../../docplatform/js/highlight.js";
import { pageImage, viewerUrl } from "../assets.js";
import { accessBadge, isReady, statusBadge } from "../badges.js";
import { sizes } from "../viewer/spec.js";

const SNIPPETS = 3; // pages shown at once; the rest unfold

/**
 * @param {any} document a result of the search
 * @param {string} q
 * @param {number | null} me
 * @returns {HTMLElement}
 */
export function hit(document, q, me) {
  const url = viewerUrl(document, { q });
  const body = el(
    "div",
    { class: "hit-body" },
    el("h2", {}, el("a", { href: url }, document.title)),
    facts(document, me),
    document.description && el("p", { class: "hit-description" }, document.description),
    tags(document),
  );
  if (document.status === "error" && document.edit_access) body.append(trouble(document));
  const found = byPage(document.highlights);
  if (found.length) body.append(snippets(document, q, found));
  return el("li", { class: "hit" }, thumbnail(document, url), body);
}

/** @type {(document: any, url: string) => HTMLElement} */
function thumbnail(document, url) {
  const link = el("a", { class: "thumb", href: url, tabindex: "-1", "aria-hidden": "true" });
  if (!isReady(document.status) || !document.page_count) {
    link.append(icon(document.status === "error" ? "warning" : document.status === "success" ? "file" : "clock"));
    return link;
  }
  const [{ width, height }] = sizes(document.page_spec, 1);
  const image = el("img", {
    src: pageImage(document, 0, "small"),
    alt: "",
    loading: "lazy",
    width: 180,
    height: Math.round((180 * height) / width),
  });
  image.addEventListener("error", () => fill(link, icon("file")), { once: true });
  link.append(image);
  return link;
}

/** @type {(document: any, me: number | null) => HTMLElement} */
function facts(document, me) {
  const line = el("p", { class: "hit-facts" }, accessBadge(document.access));
  if (document.status !== "success") line.append(statusBadge(document.status));
  const parts = [];
  if (document.page_count) parts.push(plural(document.page_count, "page"));
  if (document.source) parts.push(document.source);
  const owner = document.user && typeof document.user === "object" ? document.user : null;
  if (owner) parts.push(owner.id === me ? "yours" : owner.name || owner.username);
  parts.push(day(document.created_at));
  for (const part of parts) line.append(el("span", { class: "fact" }, part));
  return line;
}

/** @param {any} document */
function tags(document) {
  const list = Array.isArray(document.data?._tag) ? document.data._tag : [];
  if (!list.length) return null;
  const link = (/** @type {string} */ tag) => {
    const q = `tag:"${tag.replaceAll(/["\\]/g, "\\$&")}"`;
    return el("li", {}, el("a", { class: "badge", href: `/?q=${encodeURIComponent(q)}` }, tag));
  };
  return el("ul", { class: "tags", "aria-label": "Tags" }, ...list.map(link));
}

/** @type {(document: any, q: string, found: {page: number, snippets: string[]}[]) => HTMLElement} */
function snippets(document, q, found) {
  const rows = found.map(({ page, snippets: [first] }) =>
    el(
      "li",
      {},
      el(
        "a",
        { href: viewerUrl(document, { page, q }) },
        el("span", { class: "where" }, `p. ${page + 1}`),
        el("span", { class: "snippet" }, marked(first)),
      ),
    ),
  );
  const list = el("ol", { class: "snippets", "aria-label": `Found on ${plural(found.length, "page")}` });
  add(list, ...rows.slice(0, SNIPPETS));
  if (rows.length <= SNIPPETS) return list;
  const unfold = button(`${rows.length - SNIPPETS} more pages with hits`, {
    class: "quiet small",
    icon: "down",
    onclick: () => {
      list.append(...rows.slice(SNIPPETS));
      unfold.remove();
      rows[SNIPPETS].querySelector("a")?.focus();
    },
  });
  return el("div", {}, list, unfold);
}

/**
 * Why a document failed, and the way to try again.
 * @param {any} document
 */
function trouble(document) {
  const reason = el("span", {}, "It could not be processed.");
  const again = button("Process again", {
    class: "small",
    icon: "retry",
    onclick: async () => {
      again.disabled = true;
      try {
        await post(`/api/documents/${document.id}/process/`, {});
        dispatchEvent(new CustomEvent("docplatform:restarted", { detail: document }));
        dispatchEvent(new CustomEvent("docplatform:changed"));
      } catch (error) {
        reason.textContent = /** @type {Error} */ (error).message;
        again.disabled = false;
      }
    },
  });
  get(`/api/documents/${document.id}/errors/?per_page=100`).then(
    ({ results }) => results.length && fill(reason, results[results.length - 1].message),
    () => {}, // the row already says that it failed
  );
  return el("div", { class: "note bad" }, icon("warning"), reason, again);
}
