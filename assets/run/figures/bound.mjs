/* The step on show, along the line from its record to the next one: the log-likelihood, and the bound that the M-step
   raises to its maximum. */
import { count, fill } from "../../core/text.mjs";
import * as figures from "../../figures/draw.mjs";
import { curvesTable, firstOf } from "../../figures/tables.mjs";
import { along, between, isMixture } from "../../maths/lower_bound.mjs";
import { lastRecord, record } from "../result.mjs";
import { add, number, skeleton } from "../run_figures.mjs";
import { state } from "../state.mjs";

const ID = "bound-figure";
const LEAST = 1e-12; // rise that is still told, in nats
const PARTS = 20; // of the line between the two records
const BEYOND = 6; // more of them on each side
const ROW = 2; // parts between two rows of the table
const TINY = 1e-18; // rise that is still drawn
const BELOW = 1.2; // depth on show, in rises over the line
const ABOVE = 2.2; // height likewise
const MARGIN = 0.06; // of the axis

/** The step on show: the first of its two records, and whether its M-step is done. At the end of the walk it is the
   last one. Null if the run has none.
   @type {(result: Result) => { t: number, isDone: boolean } | null} */
function onShow(result) {
  const last = lastRecord(result);
  const t = Math.min(Math.floor(state.place / 2), last - 1);
  return last ? { t, isDone: state.place > 2 * t } : null;
}

/** Log-likelihood and bound at shares of the line from record t, as far as there are mixtures.
   @type {(result: Result, t: number, shares: number[]) => { x: number[], ell: number[], bound: number[] | null }} */
function curves(result, t, shares) {
  const { family, n, bounds, log_likelihood: ell } = result;
  const [from, to] = [record(result, t), record(result, t + 1)];
  const x = shares.filter((share) => isMixture(between(from, to, share)));
  return { x, ...along(family, from, to, result.x, n, x, bounds ? undefined : ell[t + 1] - ell[t]) };
}

/** Rise that is still told of. Without a bound ℓ is a long sum, which keeps fewer digits.
   @type {(result: Result) => number} */
const least = ({ bounds, n }) => (bounds ? LEAST : 10 ** Math.ceil(Math.log10(LEAST * n)));

const areNumbers = (values) => values.length > 0 && values.every(Number.isFinite);

/** @type {RunFigure["make"]} */
function make(result, _, config) {
  const figure = skeleton(config, ID, result);
  const step = onShow(result);
  const all = Array.from({ length: PARTS + 2 * BEYOND + 1 }, (_, i) => (i - BEYOND) / PARTS);
  const { x, ell, bound } = step ? curves(result, step.t, all) : { x: [], ell: [], bound: null };
  if (!areNumbers(ell)) return withoutCurves(figure);
  const lower = bound ?? ell;
  const share = step.isDone ? 1 : 0;
  const at = x.indexOf(share);
  const end = x.indexOf(1);
  const [low, high] = [lower[end], ell[end]]; // the gap is where the step ends
  figures.setTrace(figure, "log-likelihood", { x, y: ell });
  figures.setTrace(figure, "bound", bound ? { x, y: bound } : { visible: false });
  figures.setTrace(figure, "cursor-gap", bound ? { x: [1, 1], y: [low, high] } : { visible: false });
  figures.setTrace(figure, "cursor", { x: [share], y: [lower[at]] });
  const { meta, xaxis, yaxis } = figure.layout;
  const fillIn = (words, t) => fill(words, { t: count(t) });
  Object.assign(xaxis, { range: [x[0], x.at(-1)], ticktext: [step.t, step.t + 1].map((t) => fillIn(meta.tick, t)) });
  yaxis.range = rangeOf(x, [ell, lower], bound ? TINY : least(result));
  yaxis.title.text = fillIn(meta.title, step.t);
  if (high - low >= LEAST) figure.layout.annotations = [{ ...meta.label, x: 1, y: low, text: number(high - low) }];
  return { figure };
}

/** @type {(figure: Figure) => Drawing} */
function withoutCurves(figure) {
  for (const axis of [figure.layout.xaxis, figure.layout.yaxis]) axis.showticklabels = false;
  return { figure: { ...figure, data: [] } };
}

/** Ends of the axis: all of the line, and beyond it as far as it can be compared with that.
   @type {(x: number[], curves: number[][], tiny: number) => [number, number]} */
function rangeOf(x, curves, tiny) {
  const rise = Math.max(tiny, ...curves.flatMap((y) => y.filter((_, i) => x[i] >= 0 && x[i] <= 1)));
  const low = Math.max(Math.min(...curves.flat()), -BELOW * rise);
  const high = Math.max(Math.min(Math.max(...curves.flat()), ABOVE * rise), rise);
  const margin = MARGIN * (high - low);
  return [low - margin, high + margin];
}

/** @type {RunFigure["sentence"]} */
function sentence(result, _, { figureSentences: words }) {
  const step = onShow(result);
  if (!step) return result.fitted ? words.bound_none : words.bound_start;
  const between = { t: count(step.t), next: count(step.t + 1) };
  const { ell, bound } = curves(result, step.t, [1]);
  if (!areNumbers(ell)) return fill(words.bound_too_low, between);
  const [high, low] = [ell[0], bound?.[0] ?? 0];
  const isThin = result.n > result.x.length;
  const thinned = isThin ? ` ${fill(words.bound_thinned, { marks: count(result.x.length) })}` : "";
  const told = () => {
    if (!bound) return `${high < least(result) ? words.bound_other_still : words.bound_other} ${words.bound_no_step}`;
    if (high < LEAST) return words.bound_still;
    return high - low < LEAST ? words.bound_equal : words.bound_rises;
  };
  const numbers = { ell: number(high), bound: number(low), gap: number(high - low), least: number(least(result), 1) };
  return fill(told(), { ...between, ...numbers }) + thinned;
}

/** A row for every tenth of the line.
   @type {RunFigure["tables"]} */
function tables(figure, { shares }) {
  if (!figure.data.length) return [];
  const { x } = figures.trace(figure, "log-likelihood");
  const at = x.flatMap((share, i) => (Math.round(share * PARTS) % ROW === 0 ? [i] : []));
  return [{ ...curvesTable(figure, /^(log-likelihood|bound)$/, shares, x.indexOf(firstOf(figure, "cursor"))), at }];
}

add(ID, { make, sentence, tables, waits: true, late: true });
