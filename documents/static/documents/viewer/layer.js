// The transparent text over a page's picture: every word lies where it is printed, so that it can be selected.

import { el, place } from "../../docplatform/js/dom.js";

/** @typedef {import("./sheet.js").Word} Word */

const MEASURED = 100; // the font size at which words are measured
const FONT = "sans-serif";

/** @type {CanvasRenderingContext2D | null} */
let pen = null;
/** @type {Map<string, number>} */
const widths = new Map();

/**
 * The width of a word in units of its font size.
 * @param {string} text
 */
function width(text) {
  const known = widths.get(text);
  if (known) return known;
  pen ??= document.createElement("canvas").getContext("2d");
  if (!pen) return text.length / 2;
  pen.font = `${MEASURED}px ${FONT}`;
  const found = Math.max(0.05, pen.measureText(text).width / MEASURED);
  if (widths.size > 20000) widths.clear();
  widths.set(text, found);
  return found;
}

/**
 * Whether b stands on the same line as a, which comes before it.
 * @param {Word} a
 * @param {Word} b
 */
export function sameLine(a, b) {
  const apart = Math.abs((a.y1 + a.y2) / 2 - (b.y1 + b.y2) / 2);
  return apart < 0.6 * Math.max(a.y2 - a.y1, b.y2 - b.y1);
}

/**
 * Sizes are in shares of the page (container query units), so the layer follows every zoom without being built anew.
 * @param {Word[]} words in the order of reading
 * @param {number} aspect width of the page by its height
 * @param {string} language
 * @returns {HTMLElement}
 */
export function textLayer(words, aspect, language) {
  const layer = el("div", { class: "layer", dir: "auto" });
  words.forEach((word, at) => {
    const next = words[at + 1];
    const isLast = !next || !sameLine(word, next);
    const height = Math.max(0.002, word.y2 - word.y1);
    const scale = ((word.x2 - word.x1) * aspect) / (width(word.text) * height);
    // Words stand apart in most scripts; a line's last one needs no space, the line break follows.
    const text = isLast ? word.text : word.text + gap(word, next, language, height, aspect);
    const span = el("span", {}, text);
    place(span, {
      left: `${word.x1 * 100}%`,
      top: `${word.y1 * 100}%`,
      "font-size": `${height * 100}cqh`,
      transform: `scaleX(${scale.toFixed(4)})`,
      "word-spacing": isLast ? "0" : `${(space(word, next, aspect) / (height * scale) - width(" ")).toFixed(3)}em`,
    });
    layer.append(span);
    if (isLast) layer.append(document.createElement("br"));
  });
  return layer;
}

/**
 * The space reaches just to the next word, so that a selection is one even stripe.
 * @type {(word: Word, next: Word, aspect: number) => number}
 */
const space = (word, next, aspect) => Math.max(0, next.x1 - word.x2) * aspect;

const UNSPACED = new Set(["zho", "tra", "jpn", "tha", "lao", "khm", "mya", "bod", "dzo"]);

/**
 * Scripts without spaces get none between words that touch.
 * @type {(word: Word, next: Word, language: string, height: number, aspect: number) => string}
 */
function gap(word, next, language, height, aspect) {
  if (!UNSPACED.has(language)) return " ";
  const between = Math.max(next.x1 - word.x2, word.x1 - next.x2) * aspect;
  return between < 0.3 * height ? "" : " ";
}
