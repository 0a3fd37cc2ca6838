// A document that cannot be read yet: how far it is, why it failed, and its pages as soon as they are there.

import { get, post, remove } from "../../docplatform/js/api.js";
import { announce } from "../../docplatform/js/announce.js";
import { button, el, fill, icon } from "../../docplatform/js/dom.js";
import { count } from "../../docplatform/js/format.js";
import { isReady } from "../badges.js";

const EVERY = 1500;

export class Live {
  /**
   * @param {HTMLElement} view
   * @param {any} document
   * @param {{load: () => Promise<any>, onready: (document: any) => void, onchange: (document: any) => void}} context
   */
  constructor(view, document, { load, onready, onchange }) {
    this.view = view;
    this.document = document;
    this.load = load;
    this.onready = onready;
    this.onchange = onchange;
    this.shown = "";
    this.show();
  }

  show() {
    const { status, edit_access: mine } = this.document;
    if (status === "error") this.failed();
    else if (status === "nofile") this.nofile(mine);
    else if (isReady(status)) fill(this.view, notice("This document has no pages", "There is nothing to show."));
    else this.processing();
  }

  nofile(/** @type {boolean} */ mine) {
    const text = mine
      ? "The document was created, but its file has not arrived. The library shows it under uploads: choose the file there."
      : "Its file has not arrived yet.";
    fill(this.view, notice("Waiting for its file", text), mine && el("p", { class: "centre" }, el("a", { href: "/" }, "Go to the library")));
    setTimeout(() => this.look(), 4000);
  }

  processing() {
    this.bar = el("progress", { "aria-label": "Processing" });
    this.text = el("p", { class: "soft" }, "Waiting for its turn");
    const stop = button("Stop", { class: "quiet small", onclick: () => this.stop() });
    const box = notice("This document is being read", "You can leave this page; the work goes on.");
    box.append(this.bar, this.text, this.document.edit_access ? stop : "");
    fill(this.view, box);
    this.look();
  }

  /** Asks where it stands, and asks again. */
  async look() {
    try {
      const before = this.document.status;
      const [document, pending] = await Promise.all([this.load(), get(`/api/documents/${this.document.id}/pending/`)]);
      this.document = document;
      if (isReady(document.status) && document.page_count) {
        announce("The document is ready");
        fill(this.view);
        this.onready(document);
        return;
      }
      if (document.status !== before) {
        this.onchange(document);
        this.show();
        return;
      }
      if (document.status === "error") return;
      this.progress(pending);
    } catch {
      // asked again in a moment
    }
    setTimeout(() => this.look(), document.hidden ? EVERY * 8 : EVERY);
  }

  /** @param {any} pending */
  progress(pending) {
    if (!pending?.pages || !this.bar || !this.text) return;
    const left = Math.max(pending.texts ?? 0, pending.images ?? 0);
    const done = Math.max(0, pending.pages - left);
    this.bar.setAttribute("value", String(done / pending.pages));
    this.text.textContent = `${count(done)} of ${count(pending.pages)} pages done`;
  }

  async stop() {
    try {
      await remove(`/api/documents/${this.document.id}/process/`);
      this.look();
    } catch (error) {
      if (this.text) this.text.textContent = /** @type {Error} */ (error).message;
    }
  }

  async failed() {
    const { id, edit_access: mine } = this.document;
    const box = notice("This document could not be read", "Looking up the reason…", undefined, "warning");
    const reason = /** @type {HTMLElement} */ (box.querySelector("p"));
    const again = button("Process again", { class: "main", icon: "retry", onclick: () => this.again(reason) });
    fill(this.view, box);
    if (!mine) {
      reason.textContent = "Those who may edit it see the reason and can have it processed again.";
      return;
    }
    box.append(again);
    try {
      const { results } = await get(`/api/documents/${id}/errors/?per_page=100`);
      reason.textContent = results[results.length - 1]?.message ?? "No reason is known.";
    } catch (error) {
      reason.textContent = /** @type {Error} */ (error).message;
    }
    announce(reason.textContent ?? "");
  }

  /** @param {HTMLElement} reason */
  async again(reason) {
    try {
      await post(`/api/documents/${this.document.id}/process/`, {});
      this.document = await this.load();
      this.onchange(this.document);
      this.show();
    } catch (error) {
      reason.textContent = /** @type {Error} */ (error).message;
    }
  }
}

/**
 * A message in the middle of the screen. Whoever shows it announces what matters in it.
 * @param {string} title
 * @param {string} text
 * @param {() => void} [retry]
 * @param {string} [sign]
 */
export function notice(title, text, retry, sign = "clock") {
  const box = el("div", { class: `notice card ${sign}` }, icon(sign), el("h2", {}, title), el("p", {}, text));
  if (retry) box.append(button("Try again", { class: "main", icon: "retry", onclick: retry }));
  return box;
}
