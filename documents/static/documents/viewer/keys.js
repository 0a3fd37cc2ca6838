// The keyboard: one table says what each key does and what the help shows.

import { find } from "../../docplatform/js/dom.js";
import { singleKeys } from "./help.js";

/**
 * @param {{jump: any, zoom: any, search: any, rail: any, text: any, facts: any}} parts
 */
export function bindKeys({ jump, zoom, search, rail, text, facts }) {
  /** @type {Record<string, () => void>} */
  const always = {
    ArrowRight: () => jump.by(1),
    ArrowLeft: () => jump.by(-1),
    Home: () => jump.to(0),
    End: () => jump.to(jump.pageCount - 1),
    Escape: () => closeTop({ rail, facts, search }),
  };
  /** @type {Record<string, () => void>} */
  const single = {
    "+": () => zoom.step(1),
    "=": () => zoom.step(1),
    "-": () => zoom.step(-1),
    0: () => zoom.set("auto"),
    1: () => zoom.set(1),
    w: () => zoom.set("width"),
    f: () => zoom.set("page"),
    "/": () => search.focus(),
    n: () => search.step(1),
    N: () => search.step(-1),
    g: () => find("#page").focus(),
    t: () => text.toggle(),
    s: () => rail.toggle(),
    i: () => facts.toggle(),
    d: () => find("#download").click(),
    "?": () => find("#help-open").click(),
  };

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest("dialog, input, select, textarea, .menu .items")) return;
    const view = text.isOn ? text.view : jump.pages.view;
    const wide = event.key.startsWith("Arrow") && scrollsSideways(view);
    const scroll = target === document.body ? SCROLLS[event.key] : undefined;
    const named = wide ? undefined : always[event.key];
    const action = named ?? (scroll ? () => roll(view, scroll) : singleKeys() ? single[event.key] : undefined);
    if (!action) return;
    event.preventDefault();
    action();
  });
}

/**
 * What the browser itself does once the pages have the focus; here, for when nothing has it. Shares of the window.
 * @type {Record<string, number>}
 */
const SCROLLS = { ArrowDown: 0.08, ArrowUp: -0.08, PageDown: 0.9, PageUp: -0.9, " ": 0.9 };

/** @type {(view: HTMLElement, share: number) => void} */
const roll = (view, share) => view.scrollBy({ top: share * view.clientHeight });

/** On a page wider than the window the arrows scroll. */
const scrollsSideways = (/** @type {HTMLElement} */ view) => view.scrollWidth > view.clientWidth + 1;

/** @param {{rail: any, facts: any, search: any}} parts */
function closeTop({ rail, facts, search }) {
  if (facts.isOpen) facts.toggle();
  else if (search.isOpen) search.clear();
  else if (rail.covers) rail.toggle();
}
