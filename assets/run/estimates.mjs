/* The table of estimates. */
import { element } from "../core/dom.mjs";
import { fill, format } from "../core/text.mjs";
import { componentsOf, digitsAmong, lastRecord, record } from "./result.mjs";

const DIGITS = 4; // of an estimate

/* An estimate and its standard error to the same decimals, 0.103 ± 0.004. The error has two digits up to 35, else one
   (the rule of the Particle Data Group). */
function withError(value, error) {
  const [digits, power] = error.toExponential(2).split("e").map(Number);
  const place = digits < 3.55 ? power - 1 : power; // power of the last digit
  const unit = 10 ** Math.max(0, place);
  const text = (one) =>
    place < -7
      ? one.toPrecision(Math.max(1, Math.floor(Math.log10(Math.abs(one))) - place + 1))
      : (place > 0 ? Math.round(one / unit) * unit : one).toFixed(Math.max(0, -place));
  return [value, error].map((one) => text(one).replaceAll("-", "−"));
}

/** Columns: true or published values if there are any, start, on show (rewritten by `showRecord`), and final if told.
   @type {(result: Result, step: Step, isTold: boolean, config: Config) => HTMLTableElement} */
function table(result, step, isTold, config) {
  const last = lastRecord(result);
  const { beside } = result;
  const errors = isTold ? result.errors : null;
  const cell = (value, digits) => (Number.isFinite(value) ? format(value, digits) : "–");
  /** @type {(head: any, known: number, values: number[], digits: number, error?: number) => HTMLElement} */
  const row = (head, known, [start, shown, final], digits, error = 0) =>
    element("tr", [
      element("th", head, { scope: "row" }),
      ...(beside ? [element("td", cell(known, digits))] : []),
      element("td", cell(start, digits)),
      element("td", cell(shown, digits), { class: "on-show" }),
      element("td", error ? estimate(final, error) : cell(final, digits)),
    ]);
  const estimate = (final, error) => {
    const [value, rounded] = withError(final, error);
    return [value, " ", element("span", `± ${rounded}`, { class: "error-of" })];
  };
  const rows = [];
  for (const [name, symbol] of Object.entries(config.symbols[result.family]))
    for (const k of componentsOf(result)) {
      const sign = element("span", config.signs[k], { class: `sign of-${k}`, "aria-hidden": "true" });
      const [start, final] = [0, last].map((t) => record(result, t)[name][k]);
      const values = [start, step.p[name][k], isTold ? final : NaN];
      const digits = digitsAmong(result, DIGITS, name);
      const isRho = name === "weights" && k === 0 && componentsOf(result).length === 2;
      const own = fill(symbol, { k });
      const { rho, rho_is: is } = config.sentences;
      const title = [sign, ...(isRho ? [rho, element("span", fill(is, { symbol: own }), { class: "same" })] : [own])];
      rows.push(row(title, beside?.parameters[name][k], values, digits, errors?.[name][k]));
    }
  const ell = result.log_likelihood;
  const levels = [ell[0], ell[step.t], isTold ? ell[last] : NaN];
  rows.push(row("ℓ", beside?.log_likelihood, levels, 7));
  const [first, ...others] = config.tableHead;
  const heads = [first, ...(beside ? [beside.head] : []), ...others];
  const head = element(
    "tr",
    heads.map((text) => element("th", text, { scope: "col" }))
  );
  const { short, long } = config.withErrors;
  if (errors) head.lastElementChild.append(" ", element("abbr", short, { class: "error-of", title: long }));
  return element("table", [element("thead", head), element("tbody", rows)]);
}

/** @type {(result: Result, step: Step, body: HTMLTableSectionElement) => void} */
function showRecord(result, { p, t }, body) {
  const texts = Object.keys(result.trajectory).flatMap((name) => {
    const digits = digitsAmong(result, DIGITS, name);
    return p[name].map((value) => format(value, digits));
  });
  texts.push(format(result.log_likelihood[t], 7));
  texts.forEach((text, row) => (body.rows[row].querySelector(".on-show").textContent = text));
}

export { showRecord, table, withError };
