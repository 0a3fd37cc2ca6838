// Says things to screen readers through the live region that base.html holds.

let timer = 0;

/**
 * @param {string} message
 */
export function announce(message) {
  const region = document.getElementById("announcer");
  if (!region) return;
  region.textContent = "";
  clearTimeout(timer);
  // A change after a pause is read even when the words are the same as before.
  timer = setTimeout(() => (region.textContent = message), 60);
}
