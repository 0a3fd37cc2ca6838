// Selecting over absolutely placed words: a browser left alone selects wildly when the pointer is between two words.

/**
 * While the mouse drags over empty paper, the selection goes to the nearest word of the nearest line, as in running text.
 * @param {HTMLElement} view
 */
export function steadySelection(view) {
  let pressed = false;
  let planned = 0;

  /** @param {PointerEvent} event */
  const steady = (event) => {
    // After the browser's own idea of the selection, and before it is painted.
    cancelAnimationFrame(planned);
    planned = requestAnimationFrame(() => {
      const place = nearest(view, event.clientX, event.clientY);
      const selection = getSelection();
      if (!place || !selection) return;
      if (event.type === "pointerdown" || !selection.anchorNode || !view.contains(selection.anchorNode)) {
        selection.collapse(place.node, place.offset);
      } else selection.extend(place.node, place.offset);
    });
  };

  view.addEventListener("pointerdown", (event) => {
    pressed = event.pointerType === "mouse" && event.button === 0 && !event.shiftKey && onPaper(event);
    if (pressed && !onWord(event)) steady(event);
  });
  addEventListener("pointermove", (event) => {
    cancelAnimationFrame(planned);
    if (pressed && !onWord(event)) steady(event);
  });
  addEventListener("pointerup", () => (pressed = false));
}

/** @param {PointerEvent} event */
const onWord = (event) => event.target instanceof Element && event.target.closest(".layer > span") !== null;

/** Not on a scroll bar, not on a button. */
const onPaper = (/** @type {PointerEvent} */ event) =>
  event.target instanceof Element && event.target.closest(".sheet") !== null && event.target.closest("button") === null;

/**
 * @param {HTMLElement} view
 * @param {number} x
 * @param {number} y
 * @returns {{node: Node, offset: number} | null}
 */
function nearest(view, x, y) {
  const layer = closest([...view.querySelectorAll(".layer")], (box) => away(y, box.top, box.bottom));
  if (!layer) return null;
  // The line first, then the word in it; words whose heights differ a little are still of one line.
  const word = closest([...layer.querySelectorAll(":scope > span")], (box) => {
    return Math.round(away(y, box.top, box.bottom) / 3) * 10_000 + away(x, box.left, box.right);
  });
  const node = word?.firstChild;
  if (!word || !node) return null;
  const box = word.getBoundingClientRect();
  const length = (node.textContent ?? "").trimEnd().length;
  const share = (x - box.left) / Math.max(1, box.width);
  return { node, offset: Math.round(Math.min(1, Math.max(0, share)) * length) };
}

/** @type {(value: number, low: number, high: number) => number} */
const away = (value, low, high) => Math.max(low - value, value - high, 0);

/** @type {(nodes: Element[], distance: (box: DOMRect) => number) => Element | null} */
function closest(nodes, distance) {
  let best = null;
  let least = Infinity;
  for (const node of nodes) {
    const found = distance(node.getBoundingClientRect());
    if (found < least) [best, least] = [node, found];
  }
  return best;
}

/**
 * What is copied has no blanks at the ends of lines.
 * @param {HTMLElement} view
 */
export function cleanCopies(view) {
  view.addEventListener("copy", (event) => {
    const selection = getSelection();
    if (!selection || selection.isCollapsed || !event.clipboardData) return;
    const text = selection.toString().replaceAll(/[ \t]+\n/g, "\n").replaceAll(/\n{3,}/g, "\n\n").trim();
    event.clipboardData.setData("text/plain", text);
    event.preventDefault();
  });
}
