// The list of keys, shown on "?".

import { open } from "../../docplatform/js/dialog.js";
import { el, fill, find } from "../../docplatform/js/dom.js";

const KEY = "docplatform-single-keys";

/** @type {[string[], string][]} */
const KEYS = [
  [["←", "→"], "Page before, next page"],
  [["Page Up", "Page Down"], "Scroll by a window"],
  [["Home", "End"], "First page, last page"],
  [["g"], "Go to a page"],
  [["+", "-"], "Larger, smaller"],
  [["0"], "Automatic size"],
  [["w", "f"], "Fit width, fit page"],
  [["1"], "100 %"],
  [["/"], "Search in this document"],
  [["n", "N"], "Next hit, hit before"],
  [["t"], "Text or pages"],
  [["s"], "Pages and search at the side"],
  [["i"], "About this document"],
  [["d"], "Download"],
  [["Esc"], "Close what is open"],
  [["?"], "This help"],
];

let allowed = true;

/** Whether single letters are shortcuts; people who speak to their computer switch them off. */
export const singleKeys = () => allowed;

export function bindHelp() {
  const dialog = /** @type {HTMLDialogElement} */ (find("#help"));
  const box = /** @type {HTMLInputElement} */ (find("#single-keys"));
  const rows = KEYS.flatMap(([keys, does]) => [el("dt", {}, ...keys.map((key) => el("kbd", {}, key))), el("dd", {}, does)]);
  fill(find("#help-keys"), ...rows);
  try {
    allowed = localStorage.getItem(KEY) !== "off";
  } catch {
    // nothing remembered
  }
  box.checked = allowed;
  box.addEventListener("change", () => {
    allowed = box.checked;
    try {
      localStorage.setItem(KEY, allowed ? "on" : "off");
    } catch {
      // holds for this page only
    }
  });
  find("#help-open").addEventListener("click", () => open(dialog));
}
