// The marker pen: boxes over found words.

import { el, fill, place } from "../../docplatform/js/dom.js";

/**
 * A box in shares of the page, origin top left.
 * @typedef {{x1: number, x2: number, y1: number, y2: number, current?: boolean}} Mark
 */

const PAD = 0.002; // a pen is a little wider than the letters

/**
 * @param {HTMLElement} layer
 * @param {Mark[]} marks
 */
export function drawMarks(layer, marks) {
  fill(layer, ...marks.map(draw));
}

/** @param {Mark} mark */
function draw(mark) {
  const node = el("i", { class: mark.current ? "current" : null });
  place(node, {
    left: `${(mark.x1 - PAD) * 100}%`,
    top: `${(mark.y1 - PAD) * 100}%`,
    width: `${(mark.x2 - mark.x1 + 2 * PAD) * 100}%`,
    height: `${(mark.y2 - mark.y1 + 2 * PAD) * 100}%`,
  });
  return node;
}
