// The text alone, page under page: for reading on small screens, for screen readers, for copying much.

import { announce } from "../../docplatform/js/announce.js";
import { button, el, fill, find } from "../../docplatform/js/dom.js";
import { readJson, whole } from "../assets.js";
import { plain } from "./match.js";

export class TextMode {
  /**
   * @param {HTMLElement} view
   * @param {HTMLElement} switcher
   * @param {any} document
   * @param {import("./pages.js").Pages} pages
   */
  constructor(view, switcher, document, pages) {
    this.view = view;
    this.switcher = switcher;
    this.document = document;
    this.pages = pages;
    this.asked = false;
    /** @type {string[]} */
    this.texts = [];
    /** @type {Map<number, Set<string>>} */
    this.hits = new Map();
    switcher.addEventListener("click", () => this.toggle());
    if (new URLSearchParams(location.search).get("mode") === "text") this.set(true);
  }

  get isOn() {
    return !this.view.hidden;
  }

  toggle() {
    this.set(!this.isOn);
    (this.isOn ? this.view : this.pages.view).focus({ preventScroll: true });
    announce(this.isOn ? "Text" : "Pages");
    const url = new URL(location.href);
    if (this.isOn) url.searchParams.set("mode", "text");
    else url.searchParams.delete("mode");
    history.replaceState(history.state, "", url);
  }

  /** @param {boolean} on */
  set(on) {
    const { page } = this.pages;
    this.view.hidden = !on;
    this.pages.view.hidden = on;
    find("#zooming").hidden = on;
    this.switcher.setAttribute("aria-pressed", String(on));
    if (on && !this.asked) this.load();
    else if (on) this.show(page);
    else this.pages.show(page);
  }

  async load() {
    this.asked = true;
    fill(this.view, el("div", { class: "waiting", role: "status" }, el("span", { class: "spinner" }), "Loading the text"));
    try {
      const text = await readJson(whole(this.document, "txt.json"));
      this.texts = (text?.pages ?? []).map((/** @type {any} */ entry) => entry.contents.trim());
      fill(this.view, ...this.texts.map((contents, page) => section(contents, page)));
      this.mark(this.hits);
      this.show(this.pages.page);
      this.follow();
    } catch (error) {
      const again = button("Try again", { icon: "retry", onclick: () => this.load() });
      const message = /** @type {Error} */ (error).message;
      fill(this.view, el("div", { class: "waiting", role: "alert" }, el("p", {}, message), again));
    }
  }

  /** The page at the top of the window is the one being read. */
  follow() {
    const seen = new IntersectionObserver(
      (entries) => {
        const first = entries.find((entry) => entry.isIntersecting);
        if (!first || !this.isOn) return;
        this.pages.page = Number(/** @type {HTMLElement} */ (first.target).dataset.page) - 1;
        this.pages.dispatchEvent(new Event("page"));
      },
      { root: this.view, rootMargin: "-15% 0px -80% 0px" },
    );
    for (const node of this.view.children) seen.observe(node);
  }

  /** @param {number} page */
  show(page) {
    if (!this.isOn) return;
    const node = this.view.children[page];
    if (node instanceof HTMLElement) this.view.scrollTop = node.offsetTop - 8;
  }

  /**
   * @param {Map<number, Set<string>>} hits words by page
   */
  mark(hits) {
    this.hits = hits;
    for (const [page, text] of this.texts.entries()) {
      const body = this.view.children[page]?.querySelector(".page-text");
      const terms = hits.get(page) ?? new Set();
      if (body && (terms.size || body.querySelector("mark"))) fill(body, ...content(text, terms));
    }
  }
}

/** @type {(text: string, page: number) => HTMLElement} */
function section(text, page) {
  return el(
    "section",
    { class: "text-page", "aria-label": `Page ${page + 1}`, data: { page: String(page + 1) } },
    el("h2", { class: "text-page-number" }, `Page ${page + 1}`),
    text
      ? el("div", { class: "page-text", dir: "auto" }, ...content(text, new Set()))
      : el("p", { class: "soft" }, "This page has no text."),
  );
}

/**
 * Words to mark are marked. A line break that only ends a full line is soft: on a phone the lines flow together.
 * @param {string} text
 * @param {Set<string>} terms
 * @returns {(Node | string)[]}
 */
function content(text, terms) {
  const lines = text.split("\n");
  const full = 0.6 * Math.max(...lines.map((line) => line.length));
  return lines.flatMap((line, index) => {
    const next = lines[index + 1];
    if (next === undefined) return words(line, terms);
    const isSoft = line.length > full && next.trim() !== "";
    return [...words(line, terms), isSoft ? el("span", { class: "soft-break" }, "\n") : "\n"];
  });
}

/** @type {(line: string, terms: Set<string>) => (Node | string)[]} */
function words(line, terms) {
  if (!terms.size) return [line];
  return line.split(/(\s+)/).map((part) => (terms.has(plain(part)) ? el("mark", {}, part) : part));
}
