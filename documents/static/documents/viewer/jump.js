// Which page: the number in the toolbar and the address (#document/p3) say it, and both may be changed.

import { announce } from "../../docplatform/js/announce.js";
import { find } from "../../docplatform/js/dom.js";

/**
 * The page (0-based) that an address names, or null.
 * @param {string} hash
 * @param {number} pageCount
 */
export function pageInHash(hash, pageCount) {
  const found = /^#document\/p(\d{1,7})(?:\/|$)/.exec(hash);
  if (!found) return null;
  return Math.min(Math.max(Number(found[1]), 1), pageCount) - 1;
}

export class Jump {
  /**
   * @param {import("./pages.js").Pages} pages
   * @param {import("./textmode.js").TextMode} text
   * @param {number} pageCount
   */
  constructor(pages, text, pageCount) {
    this.pages = pages;
    this.text = text;
    this.pageCount = pageCount;
    this.box = /** @type {HTMLInputElement} */ (find("#page"));
    this.flag = find("#page-flag");
    this.timer = 0;
    this.flagTimer = 0;
    find("#pages").textContent = `of ${pageCount}`;
    this.box.style.setProperty("width", `${Math.max(3, String(pageCount).length + 1.5)}em`);
  }

  start() {
    const { pages, box } = this;
    pages.addEventListener("page", () => {
      this.show();
      this.flutter();
    });
    find("#previous").addEventListener("click", () => this.by(-1));
    find("#next").addEventListener("click", () => this.by(1));
    find("#jump").addEventListener("submit", (event) => {
      event.preventDefault();
      this.typed();
    });
    box.addEventListener("focus", () => box.select());
    box.addEventListener("change", () => this.typed());
    addEventListener("hashchange", () => {
      const page = pageInHash(location.hash, this.pageCount);
      if (page !== null) this.to(page);
    });
    const page = pageInHash(location.hash, this.pageCount);
    if (page) this.to(page);
    this.show();
  }

  typed() {
    const number = Number.parseInt(this.box.value, 10);
    if (Number.isNaN(number)) this.show();
    else this.to(number - 1);
  }

  /**
   * @param {number} page
   * @param {{y?: number}} [at]
   */
  to(page, at) {
    const wanted = Math.min(Math.max(page, 0), this.pageCount - 1);
    this.pages.show(wanted, at);
    this.text.show(wanted);
    this.show();
  }

  /** @param {number} pages */
  by(pages) {
    this.to(this.pages.page + pages);
    announce(`Page ${this.pages.page + 1}`);
  }

  show() {
    const number = this.pages.page + 1;
    if (document.activeElement !== this.box || Number(this.box.value) !== number) this.box.value = String(number);
    /** @type {HTMLButtonElement} */ (find("#previous")).disabled = number <= 1;
    /** @type {HTMLButtonElement} */ (find("#next")).disabled = number >= this.pageCount;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.write(number), 200);
  }

  /** The page number at the window's edge while somebody scrolls through a long document. */
  flutter() {
    this.flag.textContent = `${this.pages.page + 1} / ${this.pageCount}`;
    this.flag.classList.add("shown");
    clearTimeout(this.flagTimer);
    this.flagTimer = setTimeout(() => this.flag.classList.remove("shown"), 900);
  }

  /** @param {number} number */
  write(number) {
    const hash = number === 1 && !location.hash ? "" : `#document/p${number}`;
    if (hash !== location.hash) history.replaceState(history.state, "", location.pathname + location.search + hash);
  }
}
