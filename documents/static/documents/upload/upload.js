// One file on its way: create the document, send the bytes to storage, have it processed. The server does the rest.

import { ApiError, get, local, post, remove } from "../../docplatform/js/api.js";
import { extensionOf, titleOf } from "./rules.js";
import { send } from "./transfer.js";

const PAUSES = [1000, 3000, 9000]; // before the transfer is tried again

/**
 * waiting → creating → sending → starting → processing → done | failed; `lost`: its file never arrived, and this page
 * does not have it (after a reload); `removed`: taken out of the list.
 * @typedef {"waiting" | "creating" | "sending" | "starting" | "processing" | "done" | "failed" | "lost" | "removed"} State
 */

export class Upload extends EventTarget {
  /**
   * @param {{file: File | null, access?: string, language?: string, forceOcr?: boolean}} options
   */
  constructor({ file, access = "private", language = "eng", forceOcr = false }) {
    super();
    this.file = file;
    this.title = file ? titleOf(file.name) : "";
    this.extension = file ? extensionOf(file.name) : "";
    this.options = { access, language, forceOcr };
    /** @type {State} */
    this.state = "waiting";
    this.problem = "";
    this.sent = 0;
    /** @type {{done: number, pages: number} | null} */
    this.progress = null;
    this.id = 0;
    this.slug = "";
    this.url = "";
    this.key = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
    this.control = new AbortController();
  }

  /**
   * A document that an earlier visit began.
   * @param {any} document
   */
  static ofDocument(document) {
    const upload = new Upload({ file: null, access: document.access, language: document.language });
    upload.title = document.title;
    upload.extension = document.original_extension;
    upload.id = document.id;
    upload.slug = document.slug;
    upload.state = document.status === "nofile" ? "lost" : "processing";
    return upload;
  }

  /** Bytes are under way, so leaving the page would lose something. */
  get isMoving() {
    return ["waiting", "creating", "sending", "starting"].includes(this.state);
  }

  get isSettled() {
    return ["done", "failed", "removed"].includes(this.state);
  }

  /**
   * @param {State} state
   * @param {string} [problem]
   */
  turn(state, problem = "") {
    this.state = state;
    this.problem = problem;
    this.dispatchEvent(new Event("change"));
  }

  /** From where it stands up to processing. Never throws: what goes wrong is the upload's problem. */
  async run() {
    if (this.state === "removed") return;
    this.control = new AbortController();
    try {
      if (!this.id) await this.create();
      if (this.file) await this.transfer(this.file);
      this.turn("starting");
      await post(`/api/documents/${this.id}/process/`, { force_ocr: this.options.forceOcr });
      this.progress = null;
      this.file = null; // from here on the server has it
      this.turn("processing");
    } catch (error) {
      if (!this.control.signal.aborted) this.turn("failed", /** @type {Error} */ (error).message);
    }
  }

  async create() {
    this.turn("creating");
    const { access, language } = this.options;
    const document = await post(
      "/api/documents/",
      { title: this.title, original_extension: this.extension, access, language },
      { "Idempotency-Key": this.key }, // trying again after a lost answer makes no second document
    );
    Object.assign(this, { id: document.id, slug: document.slug, url: document.presigned_url });
  }

  /**
   * Sends the bytes; an address that has expired is fetched anew, a lost connection waited for.
   * @param {File} file
   */
  async transfer(file) {
    for (let attempt = 0; ; attempt += 1) {
      if (!this.url) this.url = (await get(`/api/documents/${this.id}/`)).presigned_url ?? "";
      if (!this.url) throw new Error("The server takes no file for this document any more. Remove it and upload again.");
      this.sent = 0;
      this.turn("sending");
      try {
        return await send(file, local(this.url), this.control.signal, (sent) => {
          this.sent = sent;
          this.turn("sending");
        });
      } catch (error) {
        const status = error instanceof ApiError ? error.status : 0;
        const hopeless = status === 413 || attempt >= PAUSES.length || this.control.signal.aborted;
        if (hopeless) throw error;
        if (status !== 403) await pause(PAUSES[attempt], this.control.signal);
      }
      this.url = "";
    }
  }

  /** Stops what runs. A document without its file is taken away; one that is processed stays, as failed. */
  async cancel() {
    const wasProcessing = this.state === "processing";
    this.control.abort();
    try {
      if (wasProcessing) {
        await remove(`/api/documents/${this.id}/process/`);
        this.turn("failed", "You stopped the processing.");
      } else {
        await this.discard();
      }
    } catch (error) {
      this.turn(wasProcessing ? "processing" : "failed", /** @type {Error} */ (error).message);
    }
  }

  /** Deletes the document, where there is one, and leaves the list. */
  async discard() {
    if (this.id) await remove(`/api/documents/${this.id}/`);
    this.turn("removed");
  }

  /** Leaves the list; the document stays. */
  forget() {
    this.turn("removed");
  }
}

/** @type {(milliseconds: number, signal: AbortSignal) => Promise<void>} */
function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const go = () => resolve();
    signal.addEventListener("abort", go, { once: true });
    if (navigator.onLine) setTimeout(go, milliseconds);
    else addEventListener("online", go, { once: true });
  });
}
