// What is known about the document, at the side.

import { button, el, fill, find, icon } from "../../docplatform/js/dom.js";
import { confirm } from "../../docplatform/js/dialog.js";
import { count, moment } from "../../docplatform/js/format.js";
import { remove } from "../../docplatform/js/api.js";
import { accessBadge, accessMeans, statusBadge } from "../badges.js";

export class Facts {
  /**
   * @param {HTMLElement} node
   * @param {HTMLElement} switcher
   * @param {{language: string}} known what the page's HTML already says
   */
  constructor(node, switcher, known) {
    this.node = node;
    this.switcher = switcher;
    this.known = known;
    switcher.addEventListener("click", () => this.toggle());
  }

  get isOpen() {
    return !this.node.hidden;
  }

  toggle() {
    this.node.hidden = !this.node.hidden;
    this.switcher.setAttribute("aria-expanded", String(this.isOpen));
    if (this.isOpen) find("h2", this.node).focus();
    else this.switcher.focus();
  }

  /** @param {any} document */
  show(document) {
    const close = button("", { class: "quiet square", label: "Close", onclick: () => this.toggle() });
    close.append(icon("close"));
    fill(
      this.node,
      el("header", {}, el("h2", { tabindex: "-1" }, "About this document"), close),
      document.description && el("p", { class: "description" }, document.description),
      el("dl", {}, ...this.rows(document)),
      document.edit_access && deletion(document),
    );
  }

  /** @param {any} document */
  rows(document) {
    /** @type {[string, any][]} */
    const rows = [
      ["Access", [accessBadge(document.access), el("p", { class: "soft" }, accessMeans(document.access))]],
      ["Status", [statusBadge(document.status)]],
      ["Source", document.source],
      ["Owner", document.user?.name || document.user?.username],
      ["Organization", document.organization?.name],
      ["Projects", (document.projects ?? []).map((/** @type {any} */ project) => project.title).join(", ")],
      ["Pages", document.page_count ? count(document.page_count) : ""],
      ["Language", this.known.language],
      ["Uploaded", moment(document.created_at)],
      ["Last change", moment(document.updated_at)],
      ["Published at", url(document.published_url)],
      ["Related article", url(document.related_article)],
      ...data(document.data ?? {}),
      ["SHA-1 of the PDF", document.file_hash && el("code", {}, document.file_hash)],
      ["Number", el("code", {}, document.id)],
    ];
    return rows
      .filter(([, value]) => value)
      .flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, ...(Array.isArray(value) ? value : [value]))]);
  }
}

/**
 * Tags first, then the other keys as they are.
 * @param {Record<string, string[]>} values
 * @returns {[string, any][]}
 */
function data(values) {
  const entries = Object.entries(values).sort(([a], [b]) => (a === "_tag" ? -1 : b === "_tag" ? 1 : a.localeCompare(b)));
  return entries.map(([key, list]) => [
    key === "_tag" ? "Tags" : key,
    list.length > 0 && [el("ul", { class: "tags" }, ...list.map((value) => el("li", { class: "badge" }, value)))],
  ]);
}

/** Only web addresses become links. */
function url(/** @type {string} */ value) {
  if (!/^https?:\/\//i.test(value ?? "")) return value;
  return el("a", { href: value, rel: "noopener noreferrer nofollow" }, new URL(value).host);
}

/** @param {any} document */
function deletion(document) {
  const problem = el("p", { class: "problem", role: "alert" });
  const press = button("Delete this document", {
    class: "danger small",
    icon: "trash",
    onclick: async () => {
      const text = "Its pages, text and files are removed for everybody. This cannot be undone.";
      if (!(await confirm({ title: `Delete “${document.title}”?`, text, yes: "Delete" }))) return;
      try {
        await remove(`/api/documents/${document.id}/`);
        location.assign("/");
      } catch (error) {
        problem.textContent = /** @type {Error} */ (error).message;
      }
    },
  });
  return el("footer", {}, press, problem);
}
