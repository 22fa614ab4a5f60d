/* AIC and BIC over the number of components. */
import { fill } from "../../core/text.mjs";
import * as figures from "../../figures/draw.mjs";
import { curvesTable } from "../../figures/tables.mjs";
import { add, skeleton } from "../run_figures.mjs";
import { state } from "../state.mjs";
import { span } from "./over_iterations.mjs";

const ID = "choice-figure";
const CRITERIA = ["aic", "bic"];

/** @type {RunFigure["make"]} */
function make(result, _, config) {
  if (!state.sizes) return null;
  const { rows, lowest } = state.sizes;
  const figure = skeleton(config, ID, result);
  const proper = rows.filter(({ bic }) => bic !== null); // a degenerate fit has neither
  const x = proper.map((row) => row.n_components);
  for (const name of CRITERIA) figures.setTrace(figure, name, { x, y: proper.map((row) => row[name]) });
  const rings = CRITERIA.map((name) => ({
    k: lowest[name],
    y: rows.find((row) => row.n_components === lowest[name])[name],
  }));
  figures.setTrace(figure, "cursor", { x: rings.map(({ k }) => k), y: rings.map(({ y }) => y) });
  figure.layout.xaxis.range = [rows[0].n_components - 0.4, rows.at(-1).n_components + 0.4];
  figure.layout.yaxis.range = span(
    CRITERIA.flatMap((name) => proper.map((row) => row[name])),
    0.12
  );
  return { figure };
}

/** @type {RunFigure["sentence"]} */
const sentence = (_, __, { figureSentences }) =>
  state.sizes ? fill(figureSentences.choice, /** @type {any} */ (state.sizes.lowest)) : "";

/** @type {RunFigure["tables"]} */
const tables = (figure, { criteria }) => [curvesTable(figure, /^(aic|bic)$/, criteria)];

add(ID, { make, sentence, tables, still: true });
