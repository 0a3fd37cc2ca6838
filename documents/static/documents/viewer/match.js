// What a search has hit: the words to mark in plain text, and boxes on a page put together into hits.

import { segments } from "../../docplatform/js/highlight.js";
import { sameLine } from "./layer.js";

/** @typedef {import("./sheet.js").Word} Word */

const SPACE = 0.7; // of a line's height: words further apart are hits of their own

/** @param {string} text */
export function plain(text) {
  return text
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "");
}

/**
 * The words inside <em>.
 * @param {string[]} snippets
 * @returns {Set<string>}
 */
export function terms(snippets) {
  const hits = snippets.flatMap(segments).filter(({ hit }) => hit);
  return new Set(hits.flatMap(({ text }) => text.split(/\s+/).map(plain)).filter(Boolean));
}

/**
 * Words that follow each other on a line are one hit: a phrase is stepped to once.
 * @param {Word[]} words in the order of reading
 * @param {number} aspect width of the page by its height
 * @returns {Word[][]}
 */
export function together(words, aspect) {
  /** @type {Word[][]} */
  const hits = [];
  for (const word of words) {
    const before = hits.at(-1)?.at(-1);
    const gap = before ? (word.x1 - before.x2) * aspect : Infinity;
    if (before && sameLine(before, word) && Math.abs(gap) < SPACE * (word.y2 - word.y1)) hits.at(-1)?.push(word);
    else hits.push([word]);
  }
  return hits;
}
