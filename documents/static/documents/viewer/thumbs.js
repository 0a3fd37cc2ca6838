// The small pictures at the side: links to pages, made only where the rail is looked at.

import { el } from "../../docplatform/js/dom.js";
import { pageImage } from "../assets.js";
import { arrange } from "./layout.js";
import { sizes } from "./spec.js";
import { Stack } from "./stack.js";

const WIDTH = 112;
const HIGHEST = 190;
const LABEL = 22;

export class Thumbs {
  /**
   * @param {HTMLElement} view
   * @param {any} document
   * @param {(page: number) => void} onpick
   */
  constructor(view, document, onpick) {
    this.view = view;
    this.document = document;
    this.onpick = onpick;
    this.page = 0;
    this.stack = new Stack(view, { screens: 1, make: (page) => this.make(page) });
    const fit = (/** @type {import("./spec.js").Size} */ size) => Math.min(WIDTH / size.width, HIGHEST / size.height);
    const space = { gap: 14, margin: 12, below: LABEL };
    this.layout = arrange(sizes(document.page_spec, document.page_count), fit, space);
    view.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.refit()).observe(view);
    this.refit();
  }

  refit() {
    if (this.view.clientHeight) this.stack.arrange(this.layout);
    this.reveal();
  }

  /** @param {number} page */
  make(page) {
    const image = el("img", { alt: "", draggable: "false", loading: "eager", decoding: "async" });
    const timer = setTimeout(() => image.setAttribute("src", pageImage(this.document, page, "small")), 60);
    const node = el(
      "a",
      { class: "thumb", href: `#document/p${page + 1}`, "aria-label": `Page ${page + 1}`, tabindex: "-1" },
      image,
      el("span", { "aria-hidden": "true" }, page + 1),
    );
    node.addEventListener("click", (event) => {
      event.preventDefault();
      this.onpick(page);
    });
    if (page === this.page) choose(node, true);
    const close = () => {
      clearTimeout(timer);
      image.removeAttribute("src");
    };
    return { node, close };
  }

  /** @param {number} page the one that is read */
  mark(page) {
    const before = this.stack.items.get(this.page)?.node;
    const hadFocus = before === document.activeElement;
    if (before) choose(before, false);
    this.page = page;
    this.reveal();
    const now = this.stack.items.get(page)?.node;
    if (now) choose(now, true);
    if (hadFocus) now?.focus({ preventScroll: true });
  }

  reveal() {
    const { view, layout, page } = this;
    if (!view.clientHeight) return;
    const top = layout.tops[page];
    const bottom = top + layout.heights[page] + LABEL;
    if (top < view.scrollTop + 8) view.scrollTop = top - 24;
    else if (bottom > view.scrollTop + view.clientHeight) view.scrollTop = bottom - view.clientHeight + 24;
    this.stack.update();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    const page = Math.min(Math.max(this.page + by, 0), this.document.page_count - 1);
    this.onpick(page);
    this.stack.items.get(page)?.node.focus({ preventScroll: true });
  }
}

/** @type {(node: HTMLElement, chosen: boolean) => void} */
function choose(node, chosen) {
  node.tabIndex = chosen ? 0 : -1;
  if (chosen) node.setAttribute("aria-current", "page");
  else node.removeAttribute("aria-current");
}
