// Search inside the document: the list of hits at the side, the boxes on the pages, the way from one to the next.

import { get } from "../../docplatform/js/api.js";
import { announce } from "../../docplatform/js/announce.js";
import { el, fill, find } from "../../docplatform/js/dom.js";
import { plural } from "../../docplatform/js/format.js";
import { byPage, marked } from "../../docplatform/js/highlight.js";
import { terms, together } from "./match.js";

/**
 * @typedef {import("./marks.js").Mark} Mark
 * @typedef {{page: number, snippets: string[]}} Found
 */

export class Search {
  /**
   * @param {{document: any, pages: any, text: any, rail: any, jump: any}} parts
   */
  constructor({ document, pages, text, rail, jump }) {
    this.document = document;
    this.pages = pages;
    this.text = text;
    this.rail = rail;
    this.jump = jump;
    this.box = /** @type {HTMLInputElement} */ (find("#within"));
    this.panel = find("#found");
    this.list = find("#found-list");
    /** @type {Found[]} */
    this.found = [];
    this.at = -1; // the page in `found` that is shown
    this.hit = 0; // the hit on that page
    this.q = "";
    /** @type {Map<number, Mark[][]>} */
    this.boxes = new Map();
    this.running = new AbortController();
  }

  start() {
    find("#find").addEventListener("submit", (event) => {
      event.preventDefault();
      this.run(this.box.value.trim());
    });
    this.box.addEventListener("search", () => !this.box.value && this.clear());
    find("#hit-next").addEventListener("click", () => this.step(1));
    find("#hit-before").addEventListener("click", () => this.step(-1));
    find("#found-close").addEventListener("click", () => this.clear());
    // Pages come and go; whoever comes into view gets its marks.
    this.pages.addEventListener("page", () => this.isOpen && this.markAround());
    const q = new URLSearchParams(location.search).get("q")?.trim();
    if (q) this.run(q, { fromAddress: true });
  }

  get isOpen() {
    return !this.panel.hidden;
  }

  focus() {
    if (!this.rail.isOpen) this.rail.set(true);
    this.box.focus();
    this.box.select();
  }

  clear() {
    this.running.abort();
    this.box.value = "";
    this.show([]);
    this.panel.hidden = true;
    this.write("");
  }

  /**
   * @param {string} q
   * @param {{fromAddress?: boolean}} [options] the address already says where to read
   */
  async run(q, { fromAddress = false } = {}) {
    if (!q) return this.clear();
    this.running.abort();
    this.running = new AbortController();
    this.q = q;
    this.box.value = q;
    this.panel.hidden = false;
    fill(find("#found-count"), "Searching…");
    fill(this.list);
    try {
      const url = `/api/documents/${this.document.id}/search/?${new URLSearchParams({ q, hl: "true" })}`;
      const answer = await get(url, this.running.signal);
      if (!fromAddress) this.write(q);
      this.show(byPage(answer));
      await this.open(fromAddress);
    } catch (error) {
      if (!this.running.signal.aborted) fill(find("#found-count"), /** @type {Error} */ (error).message);
    }
    return undefined;
  }

  /** @param {Found[]} found */
  show(found) {
    this.found = found;
    this.at = -1;
    this.hit = 0;
    this.boxes.clear();
    this.pages.mark(new Map());
    this.text.mark(new Map(found.map(({ page, snippets }) => [page, terms(snippets)])));
    const pages = found.length;
    const words = pages ? `Found on ${plural(pages, "page")}` : "Not found in this document";
    fill(find("#found-count"), words);
    announce(words);
    for (const id of ["#hit-next", "#hit-before"]) /** @type {HTMLButtonElement} */ (find(id)).disabled = !pages;
    fill(this.list, ...found.map((entry, index) => this.row(entry, index)));
  }

  /** @type {(entry: Found, index: number) => HTMLElement} */
  row({ page, snippets }, index) {
    const link = el(
      "a",
      { href: `#document/p${page + 1}` },
      el("span", { class: "where" }, `Page ${page + 1}`),
      ...snippets.slice(0, 3).map((snippet) => el("span", { class: "snippet" }, marked(snippet))),
    );
    link.addEventListener("click", (event) => {
      event.preventDefault();
      this.go(index, 0);
    });
    return el("li", {}, link);
  }

  /**
   * The first hit to show: on the page that is read already, or after it.
   * @param {boolean} fromAddress
   */
  async open(fromAddress) {
    if (!this.found.length) return;
    const next = this.found.findIndex(({ page }) => page >= this.pages.page);
    const index = Math.max(0, next);
    const elsewhere = this.found[index].page !== this.pages.page;
    if (fromAddress && location.hash && elsewhere) await this.markAround();
    else await this.go(index, 0);
  }

  /** @param {1 | -1} direction */
  async step(direction) {
    if (!this.found.length) return;
    const here = this.at >= 0 ? (await this.boxesOf(this.found[this.at].page)).length : 0;
    const hit = this.hit + direction;
    if (this.at >= 0 && hit >= 0 && hit < here) return void this.go(this.at, hit);
    const index = (this.at + direction + this.found.length) % this.found.length;
    const last = direction < 0 ? (await this.boxesOf(this.found[index].page)).length - 1 : 0;
    return void this.go(index, Math.max(0, last));
  }

  /** @type {(index: number, hit: number) => Promise<void>} */
  async go(index, hit) {
    const { page } = this.found[index];
    this.at = index;
    this.hit = hit;
    for (const [place, row] of [...this.list.children].entries()) {
      row.firstElementChild?.toggleAttribute("aria-current", place === index);
    }
    this.list.children[index]?.scrollIntoView({ block: "nearest" });
    const boxes = await this.boxesOf(page);
    if (this.at !== index) return;
    this.jump.to(page, boxes[hit] && !this.text.isOn ? { y: boxes[hit][0].y1 } : undefined);
    await this.markAround();
    const of = boxes.length > 1 ? `, hit ${hit + 1} of ${boxes.length}` : "";
    announce(`Page ${page + 1}${of}`);
  }

  /**
   * The hits of a page as the boxes of their words; the server finds them, since only it knows which words are meant.
   * @param {number} page
   * @returns {Promise<Mark[][]>}
   */
  async boxesOf(page) {
    const known = this.boxes.get(page);
    if (known) return known;
    const params = new URLSearchParams({ q: this.q, positions: "true", page: String(page + 1) });
    const url = `/api/documents/${this.document.id}/search/?${params}`;
    const answer = await get(url, this.running.signal).catch(() => ({})); // without boxes the page itself is shown
    const { width, height } = this.pages.sizes[page];
    const boxes = together(answer[`page_no_${page + 1}`] ?? [], width / height);
    if (this.found.some((entry) => entry.page === page)) this.boxes.set(page, boxes);
    return boxes;
  }

  /** Boxes for the pages near the one that is read, and those known from before. */
  async markAround() {
    const { page } = this.pages;
    const near = this.found.filter((entry) => Math.abs(entry.page - page) <= 3);
    await Promise.all(near.map((entry) => this.boxesOf(entry.page)));
    const current = this.found[this.at]?.page;
    const marks = new Map();
    for (const [number, boxes] of this.boxes) {
      const isCurrent = (/** @type {number} */ index) => number === current && index === this.hit;
      marks.set(number, boxes.flatMap((run, index) => run.map((box) => ({ ...box, current: isCurrent(index) }))));
    }
    this.pages.mark(marks);
  }

  /** @param {string} q */
  write(q) {
    const url = new URL(location.href);
    if (q) url.searchParams.set("q", q);
    else url.searchParams.delete("q");
    history.replaceState(history.state, "", url);
  }
}
