// Where every page lies on one long sheet: arithmetic only, so that 2,000 pages cost nothing.

/** @typedef {import("./spec.js").Size} Size */

/**
 * @typedef {{tops: Float64Array, widths: Float64Array, heights: Float64Array, height: number, width: number}} Layout
 */

/**
 * @param {Size[]} sizes in points
 * @param {(size: Size) => number} scaleOf pixels per point of a page
 * @param {{gap: number, margin: number, below?: number}} space between pages, around all, and below each page
 * @returns {Layout}
 */
export function arrange(sizes, scaleOf, { gap, margin, below = 0 }) {
  const tops = new Float64Array(sizes.length);
  const widths = new Float64Array(sizes.length);
  const heights = new Float64Array(sizes.length);
  let y = margin;
  let width = 0;
  sizes.forEach((size, page) => {
    const scale = scaleOf(size);
    tops[page] = y;
    widths[page] = Math.round(size.width * scale);
    heights[page] = Math.round(size.height * scale);
    y += heights[page] + below + gap;
    width = Math.max(width, widths[page]);
  });
  return { tops, widths, heights, height: y - gap + margin, width: width + 2 * margin };
}

/**
 * The last page that begins at or above y.
 * @param {Layout} layout
 * @param {number} y
 */
export function pageAt({ tops }, y) {
  let low = 0;
  let high = tops.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (tops[middle] <= y) low = middle;
    else high = middle - 1;
  }
  return low;
}
