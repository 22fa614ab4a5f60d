/* The sorted posterior: of two components, the responsibilities of each in order; of more, those of all observations,
   stacked, in the order of x, so that the same place is the same observation in every band. */
import { count, fill, listed } from "../../core/text.mjs";
import * as figures from "../../figures/draw.mjs";
import { curvesTable } from "../../figures/tables.mjs";
import { componentsOf, indices } from "../result.mjs";
import { add, hover, skeleton } from "../run_figures.mjs";

const ID = "posterior-figure";
const SURE = 0.9; // responsibility above which an observation counts as a component's

/** Thinned marks are at their ranks among all observations.
   @type {RunFigure["make"]} */
function make(result, { q }, config) {
  const figure = skeleton(config, ID, result);
  const hovertemplate = hover(figure, result);
  const draw = componentsOf(result).length > 2 ? stackBands : drawCurves;
  draw(figure, result, q, { x: result.rank, hovertemplate });
  const { n } = result;
  Object.assign(figure.layout.xaxis, { range: [1 - 0.02 * n, 1.02 * n], dtick: n < 10 ? 1 : undefined });
  return { figure };
}

/** q0 ascending, q1 descending.
   @type {(figure: Figure, result: Result, q: number[][], shared: Values) => void} */
function drawCurves(figure, result, q, shared) {
  for (const k of componentsOf(result)) {
    const order = indices(q).sort((a, b) => (k === 0 ? q[a][0] - q[b][0] : q[b][k] - q[a][k]));
    figures.setTrace(figure, `posterior-${k}`, {
      ...shared,
      y: order.map((i) => q[i][k]),
      customdata: order.map((i) => [result.x[i], ...q[i]]),
      meta: { at: order },
    });
  }
}

/** A band for each component, the first on top. Each trace is filled down to 0, and the later ones lie over it, so that
   a band begins where the next one ends.
   @type {(figure: Figure, result: Result, q: number[][], shared: Values) => void} */
function stackBands(figure, result, q, shared) {
  const { band, title } = figure.layout.meta;
  const customdata = q.map((one, i) => [result.x[i], ...one]);
  const at = indices(q);
  let y = q.map(() => 0);
  for (const k of componentsOf(result).reverse()) {
    const values = q.map((one) => one[k]);
    y = y.map((below, i) => below + values[i]);
    const { line, name } = figures.trace(figure, `posterior-${k}`);
    const look = { ...band, fillcolor: line.color, name: name.split(",")[0], meta: { values, at } };
    figures.setTrace(figure, `posterior-${k}`, { ...shared, ...look, y, customdata });
  }
  figure.layout.xaxis.title.text = title;
}

/** Thinned marks are an even share of all observations: they give percentages, not counts.
   @type {RunFigure["sentence"]} */
function sentence({ n, x }, { q }, { figureSentences: words }) {
  const components = q[0].map((_, k) => k);
  if (components.length === 1) return fill(words.posterior_one, { n: count(n) });
  const share = (some, template) => fill(template, { percent: Math.round((100 * some) / x.length) });
  const of = (some, k) => (n === x.length ? count(some) : share(some, words[k === 0 ? "first_share" : "share"]));
  const belong = components.map((k) => q.filter((one) => one[k] > SURE).length);
  const rest = belong.reduce((left, some) => left - some, x.length);
  const above = (some, k) => fill(words[k ? "also_above" : "above"], { k, sure: SURE, count: of(some, k) });
  const parts = belong.map(above);
  parts.push(fill(words[components.length === 2 ? "neither_above" : "none_above"], { count: of(rest) }));
  return fill(words.posterior, { n: count(n), parts: listed(parts) });
}

/** @type {RunFigure["tables"]} */
const tables = (figure, { curves }) => [curvesTable(figure, /^posterior/, curves)];

add(ID, { make, sentence, tables });
