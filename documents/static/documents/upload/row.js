// How one upload looks: title, where it stands, a bar, and what can be done about it.

import { button, el, fill } from "../../docplatform/js/dom.js";
import { confirm } from "../../docplatform/js/dialog.js";
import { bytes, count, plural } from "../../docplatform/js/format.js";
import { viewerUrl } from "../assets.js";
import { extensionOf, problem } from "./rules.js";

/** @typedef {import("./upload.js").Upload} Upload */

export class Row {
  /**
   * @param {Upload} upload
   * @param {{again: (upload: Upload) => void, facts: any}} context
   */
  constructor(upload, { again, facts }) {
    this.upload = upload;
    this.again = again;
    this.facts = facts;
    this.name = el("span", { class: "name" });
    this.text = el("span", { class: "soft" });
    this.bar = /** @type {HTMLProgressElement} */ (el("progress", { max: "1", "aria-label": upload.title }));
    this.actions = el("span", { class: "row-actions" });
    this.node = el("li", {}, this.name, this.text, this.actions, this.bar);
    this.shown = "";
    upload.addEventListener("change", () => this.show());
    this.show();
  }

  show() {
    const { upload } = this;
    fill(this.text, this.words());
    this.showBar();
    if (this.shown === upload.state) return; // buttons keep focus while numbers move
    this.shown = upload.state;
    this.node.dataset.state = upload.state;
    const url = upload.id && upload.slug ? viewerUrl(upload) : "";
    fill(this.name, url ? el("a", { href: url }, upload.title) : upload.title);
    const held = this.actions.contains(document.activeElement);
    fill(this.actions, ...this.buttons());
    if (held) /** @type {HTMLElement | null} */ (this.actions.querySelector("button"))?.focus();
  }

  words() {
    const { state, problem: reason, sent, file, progress } = this.upload;
    const size = file?.size ?? 0;
    /** @type {Record<string, string>} */
    const words = {
      waiting: "Waits for its turn",
      creating: "Starting",
      sending: `Sending ${bytes(sent)} of ${bytes(size)}`,
      starting: "Sent",
      processing: progress ? `Reading pages: ${count(progress.done)} of ${count(progress.pages)} done` : "Waiting to be read",
      done: progress ? `Ready, ${plural(progress.pages, "page")}` : "Ready",
      failed: reason,
      lost: "Its file did not arrive. Choose it again to go on.",
    };
    return words[state] ?? "";
  }

  showBar() {
    const { state, sent, file, progress } = this.upload;
    this.bar.hidden = ["done", "failed", "lost"].includes(state);
    /** @type {number | null} */
    let value = null;
    if (state === "waiting") value = 0;
    if (state === "sending" && file) value = sent / file.size;
    if (state === "processing" && progress) value = progress.done / progress.pages;
    if (value === null) this.bar.removeAttribute("value");
    else this.bar.value = value;
  }

  buttons() {
    const { upload } = this;
    const named = (/** @type {string} */ verb) => ({ class: "small quiet", label: `${verb} ${upload.title}` });
    const retry = () => button("Try again", { ...named("Try again:"), icon: "retry", onclick: () => this.again(upload) });
    const remove = () => button("Remove", { ...named("Remove"), onclick: () => this.remove() });
    switch (upload.state) {
      case "done":
        return [];
      case "failed":
        return [retry(), remove()];
      case "lost":
        return [this.picker(), remove()];
      case "processing":
        return [button("Stop", { ...named("Stop"), onclick: () => upload.cancel() })];
      default:
        return [button("Cancel", { ...named("Cancel"), onclick: () => upload.cancel() })];
    }
  }

  async remove() {
    const { upload } = this;
    const title = `Remove “${upload.title}”?`;
    const text = "The document is deleted from the library.";
    if (upload.id && !(await confirm({ title, text, yes: "Delete" }))) return;
    try {
      await upload.discard();
    } catch (error) {
      upload.turn(upload.state, /** @type {Error} */ (error).message);
    }
  }

  /** Chooses the file of a document that is still waiting for it. */
  picker() {
    const { upload } = this;
    const input = /** @type {HTMLInputElement} */ (el("input", { type: "file", accept: `.${upload.extension}`, hidden: true }));
    input.addEventListener("change", () => {
      const file = input.files?.[0];
      if (!file) return;
      const other = extensionOf(file.name) !== upload.extension;
      const wrong = other ? `Choose a file that ends in .${upload.extension}.` : problem(file, this.facts);
      if (wrong) {
        fill(this.text, wrong);
        return;
      }
      upload.file = file;
      upload.turn("waiting");
      this.again(upload);
    });
    const label = `Choose the file of ${upload.title}`;
    return el("span", {}, button("Choose the file", { class: "small", label, onclick: () => input.click() }), input);
  }
}
