// Building elements from script: text stays text, so nothing that people wrote can become markup.

/**
 * @typedef {Node | string | number | null | undefined | false} Child
 */

/**
 * An element. `on…` keys are listeners, `data` fills dataset, `style` sets properties one by one (which the
 * Content-Security-Policy allows, unlike style attributes); everything else is an attribute, left out when false or null.
 * @param {string} tag
 * @param {Record<string, any>} [props]
 * @param {...Child} children
 * @returns {HTMLElement}
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === false || value === null || value === undefined) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "data") Object.assign(node.dataset, value);
    else if (key === "style") place(node, value);
    else node.setAttribute(key, value === true ? "" : String(value));
  }
  add(node, ...children);
  return node;
}

/**
 * @param {Node} node
 * @param {...Child} children
 */
export function add(node, ...children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    node.appendChild(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/**
 * @param {HTMLElement} node
 * @param {Record<string, string | number>} styles numbers are pixels
 */
export function place(node, styles) {
  for (const [key, value] of Object.entries(styles)) {
    node.style.setProperty(key, typeof value === "number" ? `${value}px` : value);
  }
}

/**
 * @param {Element} node
 * @param {...Child} children
 */
export function fill(node, ...children) {
  node.replaceChildren();
  add(node, ...children);
}

/**
 * The element that must be there.
 * @param {string} selector
 * @param {ParentNode} [root]
 * @returns {HTMLElement}
 */
export function find(selector, root = document) {
  const node = root.querySelector(selector);
  if (!(node instanceof HTMLElement)) throw new Error(`There is no ${selector} on this page.`);
  return node;
}

const SVG = "http://www.w3.org/2000/svg";
const SPRITE = new URL("../img/icons.svg", import.meta.url).pathname;

/**
 * @param {string} name a symbol of img/icons.svg
 * @returns {SVGElement}
 */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${SPRITE}#${name}`);
  svg.append(use);
  return svg;
}

/**
 * @param {string} label
 * @param {{icon?: string, class?: string, onclick?: (event: MouseEvent) => void, label?: string}} [options]
 * @returns {HTMLButtonElement}
 */
export function button(label, options = {}) {
  const node = el("button", { type: "button", class: `button ${options.class ?? ""}`, "aria-label": options.label });
  if (options.icon) add(node, icon(options.icon));
  add(node, label);
  if (options.onclick) node.addEventListener("click", options.onclick);
  return /** @type {HTMLButtonElement} */ (node);
}

/**
 * What the server put into the page as JSON.
 * @param {string} id
 */
export function embedded(id) {
  return JSON.parse(find(`#${id}`).textContent ?? "null");
}
