/* Numbers in boxes: read from what people type, written so that they are read as the same. It needs no page. */

const MINUS_SIGNS = /[−–﹣－]/g; // as in components/state/own_data/cells.py
const NUMBER = /^[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[+-]?\d+)?$/i;
const TWO_READINGS = /^([+-]?[1-9]\d{0,2})[.,](\d{3})((?:e[+-]?\d+)?)$/i;
const GROUPED = /^([+-]?[1-9]\d{0,2}(?:([.,'’\s])\d{3})(?:\2\d{3})*)(?:(?!\2)[.,](\d*))?$/;

/** @type {(text: string) => Typed} */
function read(text) {
  const tidy = text.trim().replace(MINUS_SIGNS, "-");
  if (!tidy) return { problem: "empty" };
  const [, head, tail, power] = TWO_READINGS.exec(tidy) ?? [];
  if (head) return twoReadings(Number(`${head}.${tail}${power}`), Number(`${head}${tail}${power}`));
  const [, groups, mark, decimals = ""] = GROUPED.exec(tidy) ?? [];
  if (groups) return { problem: "grouped", large: write(Number(`${groups.replaceAll(mark, "")}.${decimals}`)) };
  if (!NUMBER.test(tidy)) return { problem: "not_a_number" };
  const value = Number(tidy.replace(",", "."));
  if (value === 0 && /^[^e]*[1-9]/i.test(tidy)) return { problem: "too_small" };
  return Number.isFinite(value) ? { value } : { problem: value > 0 ? "too_large" : "too_small" };
}

/** Both readings, and the small one as it can be typed.
   @type {(small: number, large: number) => Typed} */
const twoReadings = (small, large) => ({
  problem: "two_readings",
  small: String(small),
  typed: write(small),
  large: write(large),
});

/** A number as a box shows it: 1.2340, where 1.234 could be read in two ways.
   @param {number} value */
function write(value) {
  const text = String(value);
  return TWO_READINGS.test(text) ? text.replace(/\d{3}(?=e|$)/, "$&0") : text;
}

/** A number without an exponent, as ARIA's attributes must have it.
   @type {(value: number) => string} */
const decimal = new Intl.NumberFormat("en", { useGrouping: false, maximumSignificantDigits: 17 }).format;

/** The number in the box of a parameter. As in components/state/parameters.py.
   @type {(p: Parameter, text: string) => Typed} */
function readFor(p, text) {
  const found = read(text);
  if (found.problem) return found;
  if (found.value < p.minimum) return { problem: "too_small" };
  if (found.value > p.maximum) return { problem: "too_large" };
  return isOffStep(p, found.value) ? { problem: "off_step" } : found;
}

/** @type {(p: Parameter, value: number) => boolean} */
function isOffStep(p, value) {
  if (p.step === null) return false;
  const steps = (value - p.minimum) / p.step;
  return Math.abs(steps - Math.round(steps)) > 1e-6 + (2 * Number.EPSILON * Math.abs(value)) / p.step;
}

/** The value some steps from another, within the bounds. Between two steps, the first one goes to the next, as in a
   browser's number field. A parameter without a step is multiplied by ten.
   @type {(p: Parameter, value: number, by: number) => number} */
function stepped(p, value, by) {
  if (p.step === null) return Math.min(Math.max(Number((value * 10 ** by).toPrecision(12)), p.minimum), p.maximum);
  const steps = (value - p.minimum) / p.step;
  const start = !isOffStep(p, value) ? Math.round(steps) : by > 0 ? Math.floor(steps) : Math.ceil(steps);
  return onStep(p, start + by);
}

/** The value so many steps from the minimum, which is a multiple of the step, or the nearest within the bounds.
   @type {(p: Parameter, steps: number) => number} */
function onStep(p, steps) {
  const last = Math.floor((p.maximum - p.minimum) / p.step + 1e-6);
  const multiple = Math.round(p.minimum / p.step) + Math.min(Math.max(steps, 0), last);
  return Number((multiple * p.step).toPrecision(15)); // 3 × 0.1 is 0.30000000000000004
}

export { decimal, onStep, read, readFor, stepped, write };
