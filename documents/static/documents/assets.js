// Addresses of a document's files, and reading them. Page numbers are 0-based here, 1-based in file names.

import { ApiError, local } from "../docplatform/js/api.js";

/**
 * @typedef {{id: number | string, slug: string, asset_url: string}} Located
 */

/** @param {Located} document */
const folder = (document) => `${local(document.asset_url)}documents/${document.id}/`;

/** @type {(document: Located, page: number, size: string) => string} */
export const pageImage = (document, page, size) => `${folder(document)}pages/${document.slug}-p${page + 1}-${size}.gif`;

/** @type {(document: Located, page: number) => string} */
export const pageWords = (document, page) => `${folder(document)}pages/${document.slug}-p${page + 1}.position.json`;

/** @type {(document: Located, kind: "pdf" | "txt" | "txt.json") => string} */
export const whole = (document, kind) => `${folder(document)}${document.slug}.${kind}`;

/** @type {(document: Located, extension: string) => string} */
export const original = (document, extension) => `/files/documents/${document.id}/original/${document.slug}.${extension}`;

/**
 * A JSON file. Null where there is none (a page without words).
 * @param {string} url
 * @param {AbortSignal} [signal]
 */
export async function readJson(url, signal) {
  // Not "application/json": asked that way, the server answers with a location instead of the file.
  const response = await fetch(url, { signal, credentials: "same-origin", headers: { Accept: "*/*" } });
  if (response.status === 404) return null;
  if (!response.ok) throw new ApiError(response.status, `The file could not be read (error ${response.status}).`);
  return response.json();
}

/**
 * The address of a document's page in this site, with a page (0-based) and words to mark.
 * @param {{id: number | string, slug: string}} document
 * @param {{page?: number, q?: string}} [at]
 */
export function viewerUrl(document, { page, q } = {}) {
  const query = q ? `?q=${encodeURIComponent(q)}` : "";
  return `/documents/${document.id}-${document.slug}/${query}${page === undefined ? "" : `#document/p${page + 1}`}`;
}
