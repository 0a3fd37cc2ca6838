// All uploads in one line.

import { bytes, count } from "../../docplatform/js/format.js";

/** @typedef {import("./upload.js").Upload} Upload */

/**
 * @param {Upload[]} uploads
 * @returns {string}
 */
export function total(uploads) {
  const having = (/** @type {string} */ state) => uploads.filter((upload) => upload.state === state).length;
  const moving = uploads.filter((upload) => upload.isMoving);
  const parts = [];
  if (moving.length) {
    const all = moving.reduce((sum, upload) => sum + (upload.file?.size ?? 0), 0);
    const sent = moving.reduce((sum, upload) => sum + upload.sent, 0);
    parts.push(`sending ${count(moving.length)} (${bytes(sent)} of ${bytes(all)})`);
  }
  if (having("processing")) parts.push(`${count(having("processing"))} being processed`);
  if (having("done")) parts.push(`${count(having("done"))} ready`);
  if (having("failed")) parts.push(`${count(having("failed"))} failed`);
  return parts.join(" · ");
}
