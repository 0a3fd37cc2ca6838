// Access and status in words: a colour never stands alone.

import { el, icon } from "../docplatform/js/dom.js";

/** @type {Record<string, {word: string, icon: string, kind: string, means: string}>} */
const ACCESS = {
  private: {
    word: "Private",
    icon: "lock",
    kind: "",
    means: "Only the owner sees it, and the people it is shared with in projects.",
  },
  organization: {
    word: "Organization",
    icon: "people",
    kind: "",
    means: "Everybody in its organization sees it, and the people it is shared with in projects.",
  },
  public: { word: "Public", icon: "globe", kind: "good", means: "Everybody can read and find it, without signing in." },
};

/** @type {Record<string, {word: string, icon: string, kind: string}>} */
const STATUS = {
  nofile: { word: "Waiting for its file", icon: "upload", kind: "warn" },
  pending: { word: "Processing", icon: "clock", kind: "warn" },
  readable: { word: "Being updated", icon: "clock", kind: "warn" },
  error: { word: "Failed", icon: "warning", kind: "bad" },
  success: { word: "Ready", icon: "check", kind: "good" },
};

/** @param {{word: string, icon: string, kind: string}} look */
const badge = (look) => el("span", { class: `badge ${look.kind}` }, icon(look.icon), look.word);

/** @param {string} access */
export const accessBadge = (access) => badge(ACCESS[access] ?? ACCESS.private);

/** @param {string} access */
export const accessMeans = (access) => (ACCESS[access] ?? ACCESS.private).means;

/** @param {string} status */
export const statusBadge = (status) => badge(STATUS[status] ?? STATUS.pending);

/** @param {string} status */
export const isReady = (status) => status === "success" || status === "readable";
