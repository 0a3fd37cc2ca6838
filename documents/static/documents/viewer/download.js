// The menu of files that can be had.

import { el, fill, icon } from "../../docplatform/js/dom.js";
import { original, whole } from "../assets.js";
import { isReady } from "../badges.js";

/**
 * @param {HTMLElement} items
 * @param {any} document
 */
export function bindDownloads(items, document) {
  const links = [];
  const name = document.slug;
  const ready = isReady(document.status);
  if (ready && document.page_count) {
    links.push(link(whole(document, "pdf"), `${name}.pdf`, "PDF", "with selectable text"));
    links.push(link(whole(document, "txt"), `${name}.txt`, "Text", "all pages, plain"));
  }
  if (ready && document.edit_access) {
    const extension = document.original_extension;
    links.push(link(original(document, extension), `${name}.${extension}`, "Original file", `as uploaded, .${extension}`));
  }
  fill(items, ...(links.length ? links : [el("p", { class: "who" }, "Nothing to download yet.")]));
}

/** @type {(href: string, name: string, title: string, hint: string) => HTMLElement} */
function link(href, name, title, hint) {
  return el("a", { href, download: name }, icon("file"), el("span", {}, title, el("small", {}, hint)));
}
