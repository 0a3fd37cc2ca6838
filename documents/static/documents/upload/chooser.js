// The dialog in which files are chosen and looked over before they are sent.

import { announce } from "../../docplatform/js/announce.js";
import { open } from "../../docplatform/js/dialog.js";
import { button, el, fill, find } from "../../docplatform/js/dom.js";
import { bytes, plural } from "../../docplatform/js/format.js";
import { accessMeans } from "../badges.js";
import { problem } from "./rules.js";

const REMEMBERED = "docplatform-upload";

/** @typedef {{access: string, language: string, forceOcr: boolean}} Options */

export class Chooser {
  /**
   * @param {{extensions: string[], maxPdf: number, maxOther: number}} facts
   * @param {(files: File[], options: Options) => void} onstart
   */
  constructor(facts, onstart) {
    this.facts = facts;
    this.onstart = onstart;
    /** @type {File[]} */
    this.files = [];
    this.dialog = /** @type {HTMLDialogElement} */ (find("#upload-dialog"));
    this.input = /** @type {HTMLInputElement} */ (find("#upload-files"));
    this.access = /** @type {HTMLSelectElement} */ (find("#upload-access"));
    this.language = /** @type {HTMLSelectElement} */ (find("#upload-language"));
    this.ocr = /** @type {HTMLInputElement} */ (find("#upload-ocr"));
    this.button = /** @type {HTMLButtonElement} */ (find("#upload-start"));
    this.input.accept = facts.extensions.map((extension) => `.${extension}`).join(",");
    this.input.addEventListener("change", () => {
      this.take([...(this.input.files ?? [])]);
      this.input.value = ""; // so that the same file can be chosen again
    });
    find("#upload-form").addEventListener("submit", () => this.start());
    this.dialog.addEventListener("close", () => this.take([], { anew: true }));
    this.access.addEventListener("change", () => this.explain());
    this.recall();
    this.explain();
  }

  explain() {
    find("#upload-access-hint").textContent = accessMeans(this.access.value);
  }

  /** @param {File[]} [files] */
  open(files = []) {
    this.take(files);
    if (!this.dialog.open) open(this.dialog);
    (this.good.length ? this.button : this.input).focus();
  }

  get good() {
    return this.files.filter((file) => !problem(file, this.facts));
  }

  /**
   * @param {File[]} files
   * @param {{anew?: boolean}} [options]
   */
  take(files, { anew = false } = {}) {
    const same = (/** @type {File} */ a, /** @type {File} */ b) =>
      a.name === b.name && a.size === b.size && a.lastModified === b.lastModified;
    this.files = anew ? [] : this.files;
    for (const file of files) if (!this.files.some((known) => same(known, file))) this.files.push(file);
    this.show();
    const bad = files.filter((file) => problem(file, this.facts)).length;
    if (bad) announce(`${plural(bad, "file")} cannot be uploaded`);
  }

  show() {
    const good = this.good.length;
    fill(find("#upload-chosen"), ...this.files.map((file) => this.line(file)));
    this.button.textContent = good ? `Upload ${plural(good, "file")}` : "Upload";
    this.button.disabled = good === 0;
  }

  /** @param {File} file */
  line(file) {
    const wrong = problem(file, this.facts);
    const drop = button("Leave out", {
      class: "quiet small",
      label: `Leave out ${file.name}`,
      onclick: () => {
        this.files = this.files.filter((other) => other !== file);
        this.show();
        this.input.focus();
      },
    });
    return el(
      "li",
      { class: wrong ? "wrong" : null },
      el("span", { class: "name" }, file.name),
      el("span", { class: "soft" }, wrong || bytes(file.size)),
      drop,
    );
  }

  start() {
    const options = { access: this.access.value, language: this.language.value, forceOcr: this.ocr.checked };
    const files = this.good;
    if (!files.length) return;
    try {
      localStorage.setItem(REMEMBERED, JSON.stringify({ access: options.access, language: options.language }));
    } catch {
      // without storage the choice is made anew next time
    }
    this.onstart(files, options);
  }

  /** Access and language of the last time; public is never preselected. */
  recall() {
    try {
      const { access, language } = JSON.parse(localStorage.getItem(REMEMBERED) ?? "{}");
      if (access && access !== "public") this.access.value = access;
      if (language) this.language.value = language;
    } catch {
      // nothing remembered
    }
    if (!this.access.value) this.access.value = "private";
    if (!this.language.value) this.language.value = "eng";
  }
}
