// Runs before the first paint (a classic script in <head>): applies the theme the visitor chose on this device.
// The switch itself is bound here too, so that it works on every page.
(() => {
  "use strict";
  const KEY = "docplatform-theme";
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");

  const read = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null; // storage may be forbidden; the system's theme then stands
    }
  };

  const shown = () => root.dataset.theme || (dark.matches ? "dark" : "light");

  const label = () => {
    /** @type {NodeListOf<HTMLElement>} */
    const buttons = document.querySelectorAll("[data-theme-switch]");
    for (const button of buttons) {
      const next = shown() === "dark" ? "light" : "dark";
      const words = `Switch to ${next} colours`;
      const name = button.querySelector("[data-theme-name]");
      if (name) name.textContent = words;
      else {
        button.setAttribute("aria-label", words);
        button.title = words;
      }
      button.querySelector("use")?.setAttribute("href", button.dataset.icons + (next === "light" ? "#sun" : "#moon"));
    }
  };

  const chosen = read();
  if (chosen === "dark" || chosen === "light") root.dataset.theme = chosen;

  dark.addEventListener("change", label);
  document.addEventListener("DOMContentLoaded", label);
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element) || !event.target.closest("[data-theme-switch]")) return;
    root.dataset.theme = shown() === "dark" ? "light" : "dark";
    try {
      localStorage.setItem(KEY, root.dataset.theme);
    } catch {
      // the choice then lasts for this page only
    }
    label();
  });
})();
