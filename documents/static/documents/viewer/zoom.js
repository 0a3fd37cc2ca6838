// The size of pages: the menu, the buttons, Ctrl and the wheel.

import { announce } from "../../docplatform/js/announce.js";
import { find } from "../../docplatform/js/dom.js";

/** @typedef {import("./pages.js").Pages} Pages */

const STEPS = [0.25, 0.35, 0.5, 0.67, 0.75, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3, 4, 6];

/** @param {Pages} pages */
export function bindZoom(pages) {
  const menu = /** @type {HTMLSelectElement} */ (find("#zoom"));
  const custom = /** @type {HTMLOptionElement} */ (find('option[value="custom"]', menu));

  const show = () => {
    const { zoom } = pages;
    const value = String(zoom);
    const listed = [...menu.options].some((option) => option.value === value && option !== custom);
    if (!listed) custom.textContent = `${Math.round(Number(zoom) * 100)} %`;
    menu.value = listed ? value : "custom";
  };

  /** @param {"auto" | "width" | "page" | number} zoom */
  const set = (zoom) => {
    pages.resize(zoom);
    if (zoom === "page") pages.show(pages.page); // the whole page, not the lower half of it
    show();
    announce(`Size ${typeof pages.zoom === "number" ? `${Math.round(pages.zoom * 100)} %` : menu.selectedOptions[0]?.text}`);
  };

  /** @param {1 | -1} direction */
  const step = (direction) => {
    const now = pages.scale;
    const larger = STEPS.find((size) => size > now * 1.02);
    const smaller = STEPS.findLast((size) => size < now * 0.98);
    const next = direction > 0 ? larger : smaller;
    if (next) set(next);
  };

  menu.addEventListener("change", () => set(Number(menu.value) || /** @type {any} */ (menu.value)));
  find("#zoom-in").addEventListener("click", () => step(1));
  find("#zoom-out").addEventListener("click", () => step(-1));
  pages.view.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault(); // a pinch on a touchpad comes this way too
      pages.resize(pages.scale * Math.exp(-Math.max(-50, Math.min(50, event.deltaY)) / 200));
      show();
    },
    { passive: false },
  );
  show();
  return { set, step };
}
