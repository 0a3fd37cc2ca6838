// Menus: a button with aria-expanded and a list beside it. Arrows move, Escape closes and returns to the button.

/**
 * @param {HTMLElement} menu holds a button and an element .items
 */
export function bind(menu) {
  const opener = menu.querySelector("button");
  const items = menu.querySelector(".items");
  if (!opener || !(items instanceof HTMLElement)) return;

  const show = (/** @type {boolean} */ shown) => {
    items.hidden = !shown;
    opener.setAttribute("aria-expanded", String(shown));
  };
  const entries = () => /** @type {HTMLElement[]} */ ([...items.querySelectorAll("a, button")]);
  const move = (/** @type {number} */ by) => {
    const list = entries();
    const now = list.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    list[(now + by + list.length) % list.length]?.focus();
  };

  show(false);
  opener.addEventListener("click", () => {
    show(items.hidden);
    if (!items.hidden) entries()[0]?.focus();
  });
  menu.addEventListener("keydown", (event) => {
    if (items.hidden) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      show(false);
      opener.focus();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      event.stopPropagation();
      move(event.key === "ArrowDown" ? 1 : -1);
    }
  });
  menu.addEventListener("focusout", (event) => {
    if (!(event.relatedTarget instanceof Node) || !menu.contains(event.relatedTarget)) show(false);
  });
  items.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("a, button")) show(false);
  });
}

for (const menu of document.querySelectorAll(".menu")) bind(/** @type {HTMLElement} */ (menu));
