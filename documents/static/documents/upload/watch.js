// Follows documents through processing: one cheap request for all of them, less often while nobody looks.

import { get } from "../../docplatform/js/api.js";

const EVERY = 1500;
const HIDDEN = 15000;
const AFTER_FAILURE = 5000;

/** @typedef {import("./upload.js").Upload} Upload */

/** @type {Set<Upload>} */
const watched = new Set();
let timer = 0;

/** @param {Upload} upload */
export function watch(upload) {
  if (watched.has(upload)) return;
  watched.add(upload);
  if (watched.size === 1) plan(300);
}

/** @param {number} milliseconds */
function plan(milliseconds) {
  clearTimeout(timer);
  if (watched.size) timer = setTimeout(look, milliseconds);
}

async function look() {
  let wait = document.hidden ? HIDDEN : EVERY;
  try {
    const answer = await get("/api/documents/pending/");
    const pending = new Map(answer.map((/** @type {any} */ entry) => [Number(entry.doc_id), entry]));
    await Promise.all([...watched].map((upload) => update(upload, pending.get(upload.id))));
  } catch {
    wait = AFTER_FAILURE; // the connection may come back; rows keep what they show
  }
  plan(wait);
}

/**
 * @param {Upload} upload
 * @param {any} entry its line in the list of pending documents
 */
async function update(upload, entry) {
  if (upload.state !== "processing") {
    watched.delete(upload);
    return;
  }
  if (entry) {
    const pages = entry.pages ?? 0;
    const left = Math.max(entry.texts ?? 0, entry.images ?? 0);
    upload.progress = pages ? { done: Math.max(0, pages - left), pages } : null;
    upload.turn("processing");
    return;
  }
  const document = await get(`/api/documents/${upload.id}/`);
  upload.slug = document.slug;
  if (document.status === "pending" || document.status === "nofile") return; // the list is a moment behind
  watched.delete(upload);
  if (document.status !== "error") {
    upload.progress = { done: document.page_count, pages: document.page_count };
    upload.turn("done");
    return;
  }
  const { results } = await get(`/api/documents/${upload.id}/errors/?per_page=100`);
  upload.turn("failed", results[results.length - 1]?.message ?? "The document could not be processed.");
}

addEventListener("visibilitychange", () => !document.hidden && plan(0));
