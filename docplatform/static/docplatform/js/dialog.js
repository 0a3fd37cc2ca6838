// Dialogs: the native element traps focus and closes on Escape; here are opening, returning focus, and questions.

import { button, el, icon } from "./dom.js";

/**
 * Opens a dialog; focus returns to where it was when it closes. A click on the backdrop closes it.
 * @param {HTMLDialogElement} dialog
 */
export function open(dialog) {
  const before = document.activeElement;
  dialog.addEventListener("close", () => before instanceof HTMLElement && before.focus(), { once: true });
  if (!dialog.dataset.bound) {
    dialog.dataset.bound = "yes";
    dialog.addEventListener("pointerdown", (event) => {
      if (event.target === dialog && outside(dialog, event)) dialog.close();
    });
    for (const closer of dialog.querySelectorAll("[data-close]")) {
      closer.addEventListener("click", () => dialog.close());
    }
  }
  dialog.showModal();
}

/**
 * @param {HTMLDialogElement} dialog
 * @param {PointerEvent} event
 */
function outside(dialog, event) {
  const box = dialog.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}

/**
 * Asks before something that cannot be undone.
 * @param {{title: string, text: string, yes: string}} question
 * @returns {Promise<boolean>}
 */
export function confirm({ title, text, yes }) {
  return new Promise((resolve) => {
    const dialog = /** @type {HTMLDialogElement} */ (
      el(
        "dialog",
        { "aria-labelledby": "confirm-title" },
        el(
          "div",
          { class: "body" },
          el("h2", { id: "confirm-title" }, title),
          el("p", {}, text),
          el(
            "div",
            { class: "actions" },
            button("Cancel", { onclick: () => dialog.close() }),
            button(yes, { class: "danger", onclick: () => dialog.close("yes") }),
          ),
        ),
      )
    );
    document.body.append(dialog);
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    open(dialog);
  });
}

/** @returns {HTMLButtonElement} the cross in a dialog's corner */
export function closer() {
  const node = button("", { class: "quiet square", label: "Close" });
  node.dataset.close = "";
  node.append(icon("close"));
  return node;
}
