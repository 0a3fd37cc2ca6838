// Search snippets come as escaped text with <em> around hits. They are taken apart here, never handed to innerHTML.

const ENTITIES = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
]);

/** @param {string} escaped */
function unescape(escaped) {
  return escaped.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
    if (name) return ENTITIES.get(name.toLowerCase()) ?? whole;
    const code = decimal ? Number(decimal) : Number.parseInt(hex, 16);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/**
 * @param {string} snippet
 * @returns {{text: string, hit: boolean}[]}
 */
export function segments(snippet) {
  const parts = [];
  let hit = false;
  for (const part of snippet.split(/(<\/?em>)/)) {
    if (part === "<em>") hit = true;
    else if (part === "</em>") hit = false;
    else if (part) parts.push({ text: unescape(part), hit });
  }
  return parts;
}

const BEFORE = 32; // characters that may stand before the first hit, so that it is seen in a narrow row

/**
 * The snippet as text nodes and <mark>.
 * @param {string} snippet
 * @returns {DocumentFragment}
 */
export function marked(snippet) {
  const fragment = document.createDocumentFragment();
  const parts = segments(snippet);
  const [first] = parts;
  if (first && !first.hit && parts.length > 1 && first.text.length > BEFORE) {
    const cut = first.text.indexOf(" ", first.text.length - BEFORE);
    first.text = `… ${first.text.slice(cut < 0 ? -BEFORE : cut + 1)}`;
  }
  for (const { text, hit } of parts) {
    const node = hit ? document.createElement("mark") : document.createTextNode(text);
    if (hit) node.textContent = text;
    fragment.append(node);
  }
  return fragment;
}

/**
 * `{"page_no_3": […]}` as a list in the order of pages, 0-based.
 * @param {Record<string, string[]> | null | undefined} highlights
 * @returns {{page: number, snippets: string[]}[]}
 */
export function byPage(highlights) {
  return Object.entries(highlights ?? {})
    .map(([key, snippets]) => ({ page: Number(key.replace("page_no_", "")) - 1, snippets }))
    .filter(({ page, snippets }) => page >= 0 && snippets.length > 0)
    .sort((a, b) => a.page - b.page);
}
