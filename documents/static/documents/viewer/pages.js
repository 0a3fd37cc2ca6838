// The pages as pictures with selectable text: where they lie, which one is read, how large they are.

import { arrange, pageAt } from "./layout.js";
import { Sheet } from "./sheet.js";
import { sizes } from "./spec.js";
import { Stack } from "./stack.js";

const POINT = 96 / 72; // CSS pixels at 100 %
const COMFORTABLE = 1.35; // "automatic" grows no larger than this
const SPACE = { gap: 20, margin: 20 };
const LINE = 0.3; // of the window's height: the page that crosses this line is the one being read

/** Tells "page" when another page is being read, and "scale" when the size changes. */
export class Pages extends EventTarget {
  /**
   * @param {HTMLElement} view
   * @param {any} document
   */
  constructor(view, document) {
    super();
    this.view = view;
    this.document = document;
    this.sizes = sizes(document.page_spec, document.page_count);
    this.page = 0;
    /** @type {"auto" | "width" | "page" | number} */
    this.zoom = "auto";
    /** @type {Map<number, import("./marks.js").Mark[]>} */
    this.marks = new Map();
    this.stack = new Stack(view, {
      screens: 0.75,
      make: (page) => new Sheet(document, page, { marks: () => this.marks.get(page) ?? [] }),
      keep: ({ node }) => isSelected(node),
    });
    view.addEventListener("scroll", () => this.follow(), { passive: true });
    new ResizeObserver(() => this.refit()).observe(view);
    this.refit();
  }

  /** Pixels per point for a page of this size. */
  scaleOf(/** @type {import("./spec.js").Size} */ size) {
    const { clientWidth, clientHeight } = this.view;
    const margin = clientWidth < 640 ? 8 : SPACE.margin;
    const width = Math.max(120, clientWidth - 2 * margin) / size.width;
    if (typeof this.zoom === "number") return this.zoom * POINT;
    if (this.zoom === "width") return width;
    if (this.zoom === "page") return Math.min(width, (clientHeight - 2 * margin) / size.height);
    return Math.min(width, COMFORTABLE * POINT);
  }

  /** The size of the current page, 1 = 100 %. */
  get scale() {
    return this.scaleOf(this.sizes[this.page]) / POINT;
  }

  /** @param {"auto" | "width" | "page" | number} zoom */
  resize(zoom) {
    this.zoom = typeof zoom === "number" ? Math.min(6, Math.max(0.1, zoom)) : zoom;
    this.refit();
  }

  /** Lays everything out anew; what was in sight stays in sight. */
  refit() {
    const { view, stack } = this;
    if (!view.clientWidth) return;
    const before = stack.layout;
    const anchor = view.clientHeight * LINE;
    const y = view.scrollTop + anchor;
    const page = before ? pageAt(before, y) : 0;
    const within = before ? (y - before.tops[page]) / before.heights[page] : 0;
    const margin = view.clientWidth < 640 ? 8 : SPACE.margin;
    const after = arrange(this.sizes, (size) => this.scaleOf(size), { gap: SPACE.gap, margin });
    stack.arrange(after);
    if (before && view.scrollTop > 0) view.scrollTop = after.tops[page] + within * after.heights[page] - anchor;
    stack.update();
    this.dispatchEvent(new Event("scale"));
  }

  follow() {
    const { layout } = this.stack;
    if (!layout) return;
    const { scrollTop, scrollHeight, clientHeight } = this.view;
    const atEnd = scrollTop + clientHeight >= scrollHeight - 2 && scrollTop > 0;
    const page = atEnd ? layout.tops.length - 1 : pageAt(layout, scrollTop + clientHeight * LINE);
    if (page === this.page) return;
    this.page = page;
    this.dispatchEvent(new Event("page"));
  }

  /**
   * @param {number} page
   * @param {{y?: number}} [at] a height on the page (0..1) that is to come into the middle of the window
   */
  show(page, { y } = {}) {
    const { layout } = this.stack;
    if (!layout) return;
    const { view } = this;
    const place = layout.tops[page] + (y ?? 0) * layout.heights[page];
    if (y === undefined) view.scrollTop = Math.max(0, place - 12);
    else if (place < view.scrollTop + 60 || place > view.scrollTop + view.clientHeight - 60) {
      view.scrollTop = place - view.clientHeight * LINE;
    }
    this.stack.update();
    if (page !== this.page) {
      this.page = page;
      this.dispatchEvent(new Event("page"));
    }
  }

  /**
   * Marks words on pages.
   * @param {Map<number, import("./marks.js").Mark[]>} marks
   */
  mark(marks) {
    this.marks = marks;
    for (const item of this.stack.items.values()) /** @type {Sheet} */ (item).showMarks();
  }
}

/** @param {HTMLElement} node */
function isSelected(node) {
  const selection = getSelection();
  return Boolean(selection && !selection.isCollapsed && selection.containsNode(node, true));
}
