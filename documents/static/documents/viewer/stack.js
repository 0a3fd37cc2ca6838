// A long column of which only the part near the window exists: pages come as they scroll into view and go when far.

import { el, place } from "../../docplatform/js/dom.js";
import { pageAt } from "./layout.js";

/**
 * @typedef {import("./layout.js").Layout} Layout
 * @typedef {{node: HTMLElement, close: () => void, resize?: () => void}} Item
 */

export class Stack {
  /**
   * @param {HTMLElement} view scrolls
   * @param {{make: (page: number) => Item, screens: number, keep?: (item: Item) => boolean}} options
   *   `screens`: how many window heights above and below are ready; `keep` holds an item although it is far
   */
  constructor(view, { make, screens, keep = () => false }) {
    this.view = view;
    this.make = make;
    this.keep = keep;
    this.screens = screens;
    this.sheet = el("div", { class: "sheet-stack" });
    /** @type {Map<number, Item>} */
    this.items = new Map();
    /** @type {Layout | null} */
    this.layout = null;
    this.planned = 0;
    view.replaceChildren(this.sheet);
    view.addEventListener("scroll", () => this.plan(), { passive: true });
  }

  plan() {
    this.planned ||= requestAnimationFrame(() => {
      this.planned = 0;
      this.update();
    });
  }

  /** @param {Layout} layout */
  arrange(layout) {
    this.layout = layout;
    place(this.sheet, { height: layout.height, "min-width": layout.width });
    for (const [page, item] of this.items) {
      this.put(page, item);
      item.resize?.();
    }
    this.update();
  }

  /**
   * @param {number} page
   * @param {Item} item
   */
  put(page, { node }) {
    const { layout } = this;
    if (!layout) return;
    place(node, { top: layout.tops[page], width: layout.widths[page], height: layout.heights[page] });
  }

  /** Makes what is near, in order, and closes what is far. */
  update() {
    const { layout, view } = this;
    if (!layout || !layout.tops.length || !view.clientHeight) return;
    const room = view.clientHeight * this.screens;
    const first = pageAt(layout, view.scrollTop - room);
    const last = pageAt(layout, view.scrollTop + view.clientHeight + room);
    for (const [page, item] of this.items) {
      const near = page >= first - 1 && page <= last + 1; // one more either way, against flicker at the border
      if (near || this.keep(item)) continue;
      item.close();
      item.node.remove();
      this.items.delete(page);
    }
    for (let page = first; page <= last; page += 1) if (!this.items.has(page)) this.open(page);
  }

  /** @param {number} page */
  open(page) {
    const item = this.make(page);
    this.put(page, item);
    // Kept in the order of pages, because that is the order of reading, of Tab and of selecting.
    const after = [...this.items.keys()].filter((other) => other > page).sort((a, b) => a - b)[0];
    this.sheet.insertBefore(item.node, after === undefined ? null : (this.items.get(after)?.node ?? null));
    this.items.set(page, item);
  }
}
