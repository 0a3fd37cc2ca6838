// One page on the screen: its picture, as sharp as the window needs, the marks, and the text that can be selected.

import { button, el, fill, icon } from "../../docplatform/js/dom.js";
import { pageImage, pageWords, readJson } from "../assets.js";
import { textLayer } from "./layer.js";
import { drawMarks } from "./marks.js";

const WIDTHS = [
  ["small", 180],
  ["normal", 700],
  ["large", 1000],
  ["xlarge", 2000],
];
const TOLERANCE = 1.3; // a picture may be enlarged by this much before the next size is fetched
const SETTLE = 70; // milliseconds; pages that merely fly past are not fetched

/** @typedef {{text: string, x1: number, x2: number, y1: number, y2: number}} Word */

/** @type {Map<string, Promise<Word[]>>} */
const known = new Map();

/**
 * The words of a page; the last hundred pages are remembered.
 * @param {any} document
 * @param {number} page
 * @returns {Promise<Word[]>}
 */
export function wordsOf(document, page) {
  const url = pageWords(document, page);
  const found = known.get(url) ?? readJson(url).then((words) => words ?? []);
  known.delete(url);
  known.set(url, found);
  found.catch(() => known.delete(url));
  if (known.size > 100) known.delete(/** @type {string} */ (known.keys().next().value));
  return found;
}

export class Sheet {
  /**
   * @param {any} document
   * @param {number} page
   * @param {{marks: () => import("./marks.js").Mark[]}} context
   */
  constructor(document, page, { marks }) {
    this.document = document;
    this.page = page;
    this.marks = marks;
    this.size = "";
    this.picture = el("div", { class: "picture" });
    this.marked = el("div", { class: "marks", "aria-hidden": "true" });
    const label = `Page ${page + 1} of ${document.page_count}`;
    this.node = el("div", { class: "sheet", role: "group", "aria-label": label, data: { page: String(page + 1) } });
    this.node.append(this.picture, this.marked);
    this.timer = setTimeout(() => this.load(), SETTLE);
    this.isOpen = true;
  }

  load() {
    this.resize();
    this.showMarks();
    wordsOf(this.document, this.page).then(
      (words) => this.isOpen && this.showText(words),
      () => {}, // the picture can be read without; it comes with the next visit
    );
  }

  /** @param {Word[]} words */
  showText(words) {
    this.node.querySelector(".layer")?.remove();
    const { offsetWidth, offsetHeight } = this.node;
    this.node.append(textLayer(words, offsetWidth / Math.max(1, offsetHeight), this.document.language));
    if (!words.length) this.picture.querySelector("img")?.setAttribute("alt", `Page ${this.page + 1}, without text`);
  }

  /** Fetches a sharper picture when the page has grown; a smaller one is never fetched. */
  resize() {
    const needed = this.node.offsetWidth * Math.min(devicePixelRatio, 3);
    const at = WIDTHS.findIndex(([, width]) => Number(width) * TOLERANCE >= needed);
    const wanted = WIDTHS.findIndex(([size]) => size === this.size);
    const size = at < 0 ? WIDTHS.length - 1 : at;
    if (size <= wanted) return;
    const isFirst = !this.size;
    this.size = String(WIDTHS[size][0]);
    // The large picture is there at once; the largest is drawn on demand and takes its place when ready.
    if (isFirst && this.size === "xlarge") this.draw("large");
    this.draw(this.size);
  }

  /** @param {string} size */
  draw(size) {
    const image = /** @type {HTMLImageElement} */ (el("img", { alt: "", draggable: "false", decoding: "async" }));
    image.addEventListener("load", () => this.isOpen && this.node.classList.add("drawn"));
    image.addEventListener("load", () => {
      for (const older of [...this.picture.children]) if (older !== image && size === this.size) older.remove();
    });
    image.addEventListener("error", () => {
      if (!this.isOpen) return;
      image.remove();
      if (!this.picture.querySelector("img")) this.fail();
    });
    this.picture.append(image);
    image.src = pageImage(this.document, this.page, size);
  }

  fail() {
    const again = button("Try again", {
      class: "small",
      icon: "retry",
      onclick: () => {
        fill(this.picture);
        this.size = "";
        this.resize();
      },
    });
    const text = el("p", {}, "The picture of this page could not be loaded.");
    fill(this.picture, el("div", { class: "broken", role: "alert" }, icon("warning"), text, again));
  }

  showMarks() {
    drawMarks(this.marked, this.marks());
  }

  close() {
    this.isOpen = false;
    clearTimeout(this.timer);
    for (const image of this.picture.querySelectorAll("img")) image.removeAttribute("src"); // stops the transfer
  }
}
