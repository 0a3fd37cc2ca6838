// The side with small pages and search: open on wide windows, a drawer over the page on narrow ones.

import { find } from "../../docplatform/js/dom.js";

const KEY = "docplatform-rail";
const narrow = matchMedia("(width < 60rem)");

export class Rail {
  /** @param {import("./thumbs.js").Thumbs} thumbs */
  constructor(thumbs) {
    this.thumbs = thumbs;
    this.node = find("#rail");
    this.button = find("#rail-toggle");
  }

  start() {
    this.button.addEventListener("click", () => this.toggle());
    this.set(!narrow.matches && remembered());
    this.node.addEventListener("click", (event) => {
      if (narrow.matches && event.target instanceof Element && event.target.closest("a")) this.set(false);
    });
  }

  get isOpen() {
    return !this.node.hidden;
  }

  /** Whether it lies over the page. */
  get covers() {
    return this.isOpen && narrow.matches;
  }

  toggle() {
    this.set(!this.isOpen);
    if (narrow.matches) {
      if (this.isOpen) find("#within").focus();
      else this.button.focus();
      return;
    }
    try {
      localStorage.setItem(KEY, this.isOpen ? "open" : "closed");
    } catch {
      // decided anew next time
    }
  }

  /** @param {boolean} open */
  set(open) {
    this.node.hidden = !open;
    this.button.setAttribute("aria-expanded", String(open));
    if (open) this.thumbs.refit();
  }
}

function remembered() {
  try {
    return localStorage.getItem(KEY) !== "closed";
  } catch {
    return true;
  }
}
