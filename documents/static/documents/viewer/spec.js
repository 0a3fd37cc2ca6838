// page_spec: the sizes of all pages in one line, such as "612.00x792.00:0-2,4;595.28x841.89:3" (points, 0-based).

/**
 * @typedef {{width: number, height: number}} Size
 */

/** @type {Size} */
const LETTER = { width: 612, height: 792 };

/**
 * The size of every page. Pages that the line does not name get the size of the first one, or US letter.
 * @param {string} spec
 * @param {number} pageCount
 * @returns {Size[]}
 */
export function sizes(spec, pageCount) {
  /** @type {Size[]} */
  const found = [];
  for (const group of spec.split(";")) {
    const [value, places] = group.split(":");
    const [width, height] = (value ?? "").split("x").map(Number);
    if (!places || !(width > 0) || !(height > 0)) continue;
    const size = { width, height };
    for (const range of places.split(",")) {
      const [first, last = first] = range.split("-").map(Number);
      for (let page = first; page <= Math.min(last, pageCount - 1); page += 1) found[page] = size;
    }
  }
  const usual = found[0] ?? LETTER;
  return Array.from({ length: pageCount }, (_, page) => found[page] ?? usual);
}
