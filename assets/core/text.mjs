/* Text of the page: numbers, counts, and templates from Python that are filled in. It needs no page. */

/** @type {(template: string, values: Values) => string} */
const fill = (template, values) => template.replace(/\{(\w+)\}/g, (_, name) => values[name]);

/** A count with commas.
   @param {number} whole */
const count = (whole) => whole.toLocaleString("en");

const lists = new Intl.ListFormat("en-GB");

/** Parts in a row: one, two and three.
   @param {string[]} parts */
const listed = (parts) => lists.format(parts);

/** A number with that many significant digits, without an exponent unless it is very large or small.
   @param {number} number */
function format(number, digits = 4) {
  if (!Number.isFinite(number)) return "–";
  const value = Number(number.toPrecision(digits));
  const size = Math.abs(value);
  if (size < 1e-12) return "0"; // rounding
  const exponent = size >= 10 ** Math.max(6, digits - 1) || size < 1e-4;
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  const text = exponent ? value.toExponential(digits - 1).replace("e+", "e") : value.toFixed(decimals);
  return text.replaceAll("-", "−");
}

/** A number with that many decimals.
   @type {(number: number, decimals: number) => string} */
const fixed = (number, decimals) => number.toFixed(decimals).replace("-", "−");

/** Digits for values from `low` to `high`: more (12 at most) where their size is `close` times their range, so that
   they can be told apart. As in components/state/own_data/sentences.py.
   @type {(low: number, high: number, digits: number, close: number) => number} */
function digitsOver(low, high, digits, close) {
  const ratio = Math.max(Math.abs(low), Math.abs(high)) / (high - low);
  return ratio >= close && ratio < Infinity ? Math.min(12, digits + Math.ceil(Math.log10(ratio))) : digits;
}

/** Python's sentences have a hyphen for a minus and 1e-05 for 1e−5. As in components/state/parameters.py.
   @param {string} text */
const withMinus = (text) =>
  text
    .replace(/(^|[\s(])-(?=\d)/g, "$1−")
    .replace(/(^|[\s(−±])(\d+(?:\.\d+)?)e\+0*(?=\d)/g, "$1$2e")
    .replace(/(^|[\s(−±])(\d+(?:\.\d+)?)e-0*(?=\d)/g, "$1$2e−");

/** @type {(sentences: Words, label: string, value: unknown) => string} */
const settingInWords = ({ setting }, label, value) => fill(setting, { label, value: String(value).replace(/^-/, "−") });

export { count, digitsOver, fill, fixed, format, listed, settingInWords, withMinus };
