// What can be uploaded, told before any byte travels.

import { bytes } from "../../docplatform/js/format.js";

/** @param {string} name */
export function extensionOf(name) {
  const dot = name.lastIndexOf(".");
  return dot > 0 ? name.slice(dot + 1).toLowerCase() : "";
}

/** @param {string} name */
export function titleOf(name) {
  const extension = extensionOf(name);
  const stem = extension ? name.slice(0, -extension.length - 1) : name;
  return stem.replaceAll("_", " ").replaceAll(/\s+/g, " ").trim().slice(0, 1000) || "Untitled";
}

/**
 * Why this file cannot be uploaded; an empty string when it can.
 * @param {File} file
 * @param {{extensions: string[], maxPdf: number, maxOther: number}} facts
 */
export function problem(file, facts) {
  const extension = extensionOf(file.name);
  if (!extension) return "Its name has no ending such as .pdf, so its type is unknown.";
  if (!facts.extensions.includes(extension)) return `Files of the type .${extension} cannot be read.`;
  if (file.size === 0) return "The file is empty.";
  const most = extension === "pdf" ? facts.maxPdf : facts.maxOther;
  if (file.size > most) return `It is too large: ${bytes(file.size)}, at most ${Math.floor(most / 1024 ** 2)} MB.`;
  return "";
}
