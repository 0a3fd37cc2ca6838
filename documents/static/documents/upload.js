// Uploads on the library page: choose or drop, look them over, send a few at a time, follow their processing.

import { announce } from "../docplatform/js/announce.js";
import { embedded, find } from "../docplatform/js/dom.js";
import { plural } from "../docplatform/js/format.js";
import { Chooser } from "./upload/chooser.js";
import { listenForDrops } from "./upload/drop.js";
import { Pool } from "./upload/pool.js";
import { unfinished } from "./upload/resume.js";
import { Row } from "./upload/row.js";
import { total } from "./upload/total.js";
import { Upload } from "./upload/upload.js";
import { watch } from "./upload/watch.js";

const AT_ONCE = 3;

const facts = embedded("facts");
const section = find("#uploads");
const list = find("#uploads-list");
const clear = find("#uploads-clear");
const pool = new Pool(AT_ONCE);

/** @type {Map<Upload, Row>} */
const rows = new Map();

/**
 * @param {Upload} upload
 * @param {{first?: boolean}} [options]
 */
function show(upload, { first = false } = {}) {
  const row = new Row(upload, { again: (item) => pool.run(item), facts });
  rows.set(upload, row);
  if (first) list.prepend(row.node);
  else list.append(row.node);
  upload.addEventListener("change", () => changed(upload));
  changed(upload);
}

/** @param {Upload} upload */
function changed(upload) {
  if (upload.state === "removed") {
    rows.get(upload)?.node.remove();
    rows.delete(upload);
  }
  if (upload.state === "processing") watch(upload);
  if (upload.isSettled) settled(upload);
  section.hidden = rows.size === 0;
  clear.hidden = ![...rows.keys()].some((item) => item.state === "done");
  find("#uploads-total").textContent = total([...rows.keys()]);
}

/** @type {WeakMap<Upload, string>} */
const told = new WeakMap();

/** @param {Upload} upload */
function settled(upload) {
  if (told.get(upload) === upload.state) return;
  told.set(upload, upload.state);
  if (upload.state === "done") announce(`${upload.title} is ready`);
  if (upload.state === "failed") announce(`${upload.title} failed: ${upload.problem}`);
  dispatchEvent(new CustomEvent("docplatform:changed"));
}

const chooser = new Chooser(facts, (files, options) => {
  const uploads = files.map((file) => new Upload({ file, ...options }));
  for (const upload of uploads) show(upload);
  announce(`Uploading ${plural(uploads.length, "file")}`);
  for (const upload of uploads) pool.run(upload);
  section.scrollIntoView({ block: "nearest" });
});

find("#upload-open").addEventListener("click", () => chooser.open());
listenForDrops(find("#drop"), (files) => chooser.open(files));

clear.addEventListener("click", () => {
  for (const upload of [...rows.keys()]) if (upload.state === "done") upload.forget();
  find("#upload-open").focus();
});

addEventListener("beforeunload", (event) => {
  if ([...rows.keys()].some((upload) => upload.isMoving)) event.preventDefault();
});

addEventListener("docplatform:restarted", (event) => {
  const document = /** @type {CustomEvent} */ (event).detail;
  for (const upload of [...rows.keys()]) if (upload.id === Number(document.id)) upload.forget();
  show(Upload.ofDocument({ ...document, id: Number(document.id), status: "pending" }), { first: true });
});

// What an earlier visit left unfinished goes on here.
unfinished(facts.user).then((documents) => {
  for (const document of documents) {
    const known = [...rows.keys()].some((upload) => upload.id === document.id);
    if (!known) show(Upload.ofDocument(document));
  }
});

if (new URLSearchParams(location.search).has("upload")) chooser.open();
