// The viewer: reads what the server knows about the document and ties the parts of the screen together.

import { get } from "../docplatform/js/api.js";
import { announce } from "../docplatform/js/announce.js";
import { embedded, fill, find } from "../docplatform/js/dom.js";
import { accessBadge, isReady, statusBadge } from "./badges.js";
import { bindDownloads } from "./viewer/download.js";
import { Facts } from "./viewer/facts.js";
import { bindHelp } from "./viewer/help.js";
import { Jump } from "./viewer/jump.js";
import { bindKeys } from "./viewer/keys.js";
import { Live, notice } from "./viewer/live.js";
import { Pages } from "./viewer/pages.js";
import { Rail } from "./viewer/rail.js";
import { Search } from "./viewer/search.js";
import { cleanCopies, steadySelection } from "./viewer/selection.js";
import { TextMode } from "./viewer/textmode.js";
import { Thumbs } from "./viewer/thumbs.js";
import { bindZoom } from "./viewer/zoom.js";

const facts = embedded("facts");
const EXPAND = "expand=user,organization,projects";

const load = () => get(`/api/documents/${facts.id}/?${EXPAND}`);

/** @param {any} document */
function showHead(document) {
  const badges = [accessBadge(document.access)];
  if (document.status !== "success") badges.push(statusBadge(document.status));
  fill(find("#badges"), ...badges);
  find("#title").textContent = document.title;
}

/** @param {any} document */
function read(document) {
  const pages = new Pages(find("#reading"), document);
  const text = new TextMode(find("#text"), find("#text-toggle"), document, pages);
  const jump = new Jump(pages, text, document.page_count);
  const thumbs = new Thumbs(find("#thumbs"), document, (page) => jump.to(page));
  pages.addEventListener("page", () => thumbs.mark(pages.page));
  const rail = new Rail(thumbs);
  const search = new Search({ document, pages, text, rail, jump });
  const zoom = bindZoom(pages);
  bindKeys({ jump, zoom, search, rail, text, facts: panel });
  jump.start();
  rail.start();
  search.start();
}

const panel = new Facts(find("#facts-panel"), find("#facts-toggle"), facts);
bindHelp();
steadySelection(find("#reading"));
cleanCopies(find("#reading"));

/** @param {any} document */
function begin(document) {
  showHead(document);
  panel.show(document);
  bindDownloads(find("#downloads"), document);
  const readable = isReady(document.status) && document.page_count > 0;
  find("#main").classList.toggle("unreadable", !readable);
  if (readable) read(document);
  else new Live(find("#reading"), document, { load, onready: begin, onchange: showHead });
}

load().then(begin, (error) => {
  find("#main").classList.add("unreadable");
  announce(error.message);
  fill(find("#reading"), notice("The document could not be loaded", error.message, () => location.reload()));
});
