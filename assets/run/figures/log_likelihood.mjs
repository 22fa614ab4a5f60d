/* The log-likelihood over iterations. */
import { count, fill } from "../../core/text.mjs";
import * as figures from "../../figures/draw.mjs";
import { titleOf } from "../../figures/points.mjs";
import { curvesTable, firstOf } from "../../figures/tables.mjs";
import { indices } from "../result.mjs";
import { add, number, skeleton } from "../run_figures.mjs";
import { overIterations, span } from "./over_iterations.mjs";

const ID = "log-likelihood-figure";
const DIGITS = 7; // of ℓ
const LEAST = 1e-12; // difference that is told, in nats

/** @type {RunFigure["make"]} */
function make(result, { t }, config) {
  const figure = skeleton(config, ID, result);
  const y = result.log_likelihood;
  const curve = figures.trace(figure, "log-likelihood");
  Object.assign(curve, { x: indices(y), y, mode: y.length > 60 ? "lines" : curve.mode });
  figure.layout.yaxis.range = span(y, 0.06);
  return overIterations(figure, result, t);
}

/** @type {RunFigure["sentence"]} */
function sentence({ fitted, log_likelihood: ell }, { t }, { figureSentences: words }) {
  if (!fitted) return fill(words.log_likelihood_start, { ell: number(ell[0], DIGITS) });
  const last = ell.length - 1;
  const facts = [fill(words.log_likelihood, { t: count(t), last: count(last), ell: number(ell[t], DIGITS) })];
  const [below, above] = [ell[last] - ell[t], ell[t] - ell[0]];
  if (below >= LEAST) facts.push(fill(words.below_end, { difference: number(below) }));
  if (above >= LEAST) facts.push(fill(words.above_start, { difference: number(above) }));
  return `${facts.join(", ")}.`;
}

/** @type {RunFigure["tables"]} */
const tables = (figure, { iterations }) => [
  curvesTable(figure, /^log-likelihood$/, iterations, firstOf(figure, "cursor")),
];

/** @type {RunFigure["nameOf"]} */
const nameOf = (figure, trace) => titleOf(figure, "y", trace);

add(ID, { make, sentence, tables, nameOf });
