// Selecting over absolutely placed words: without help, a pointer between two lines selects to the end of the page.

/**
 * While a selection grows, an invisible block lies behind the words and right beside its moving end; a pointer over
 * empty paper then meets that block, and the selection stays where it is.
 * @param {HTMLElement} view
 */
export function steadySelection(view) {
  let pressed = false;
  /** @type {Range | null} */
  let before = null;

  const rest = () => {
    for (const layer of view.querySelectorAll(".layer.selecting")) {
      layer.classList.remove("selecting");
      const end = layer.querySelector(".layer-end");
      if (end) layer.append(end);
    }
    before = null;
  };

  view.addEventListener("pointerdown", () => (pressed = true));
  addEventListener("pointerup", () => {
    pressed = false;
    rest();
  });
  addEventListener("blur", rest);

  document.addEventListener("selectionchange", () => {
    const selection = getSelection();
    if (!pressed || !selection?.rangeCount) return;
    const range = selection.getRangeAt(0);
    for (const layer of view.querySelectorAll(".layer")) {
      if (range.intersectsNode(layer)) layer.classList.add("selecting");
    }
    moveEnd(range, before);
    before = range.cloneRange();
  });
}

/**
 * @param {Range} range
 * @param {Range | null} before
 */
function moveEnd(range, before) {
  const backwards =
    before !== null &&
    (range.compareBoundaryPoints(Range.END_TO_END, before) === 0 ||
      range.compareBoundaryPoints(Range.START_TO_END, before) === 0);
  const container = backwards ? range.startContainer : range.endContainer;
  const word = (container instanceof Element ? container : container.parentElement)?.closest(".layer > span");
  const end = word?.parentElement?.querySelector(":scope > .layer-end");
  if (!word || !end) return;
  const place = backwards ? word : word.nextSibling;
  if (place !== end) word.parentElement?.insertBefore(end, place);
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
