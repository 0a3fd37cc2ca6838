// Numbers, dates and sizes as people write them.

const DAY = new Intl.DateTimeFormat("en", { dateStyle: "medium" });
const MOMENT = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });
const COUNT = new Intl.NumberFormat("en");

/** @param {string} iso */
export const day = (iso) => DAY.format(new Date(iso));

/** @param {string} iso */
export const moment = (iso) => MOMENT.format(new Date(iso));

/** @param {number} number */
export const count = (number) => COUNT.format(number);

/**
 * @param {number} number
 * @param {string} one
 * @param {string} [many]
 */
export const plural = (number, one, many = `${one}s`) => `${count(number)} ${number === 1 ? one : many}`;

/** @param {number} number */
export function bytes(number) {
  if (number < 1000) return `${number} bytes`;
  const steps = ["kB", "MB", "GB"];
  let value = number / 1000;
  let step = 0;
  while (value >= 999.5 && step < steps.length - 1) {
    value /= 1000;
    step += 1;
  }
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${steps[step]}`;
}
