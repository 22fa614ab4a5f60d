/* The likelihood surface of a study, with the path of the run. */
import { count, fill, listed } from "../../core/text.mjs";
import * as figures from "../../figures/draw.mjs";
import { plain, titleOf } from "../../figures/points.mjs";
import { sample } from "../../figures/tables.mjs";
import { indices, pathOver, withUnit } from "../result.mjs";
import { add, number, parameter } from "../run_figures.mjs";
import { state } from "../state.mjs";

const ID = "surface-figure";
const DIGITS = 7; // of ℓ
const GAP = [null, null]; // between two paths
const SIDE = 7; // rows and columns of the table

/** @type {RunFigure["make"]} */
function make(run, { t }, config) {
  if (!state.surface) return null;
  const { x, y, log_likelihood: ell, best, parameter: name, components, compared, earlier } = state.surface;
  const some = { compared: Boolean(compared), earlier: earlier.length > 0 };
  const figure = figures.skeleton(config, ID, ({ uid }) => some[uid] ?? true);
  const path = pathOver(state.surface, run);
  // Even contours: near the maximum, the root of twice the drop is the distance from it in standard errors.
  const z = ell.map((row) => row.map((value) => -Math.sqrt(2 * Math.max(0, best - value))));
  const deepest = Math.min(...z.flat());
  const pathOf = (points) => ({ x: points.map((point) => point[0]), y: points.map((point) => point[1]) });
  figures.setTrace(figure, "surface", { x, y, z, customdata: ell, zmin: Math.max(deepest, -40), zmax: 0 });
  const mode = state.request.method === "em" ? "lines" : "lines+markers"; // leaps are few and far
  figures.setTrace(figure, "path", { ...pathOf(path), mode });
  if (earlier.length) figures.setTrace(figure, "earlier", pathOf(earlier.flatMap((points) => [...points, GAP])));
  if (compared) figures.setTrace(figure, "compared", pathOf(compared.path));
  const points = { start: path[0], end: path.at(-1), here: path[t] };
  for (const [uid, point] of Object.entries(points)) figures.setTrace(figure, uid, pathOf([point]));
  ["xaxis", "yaxis"].forEach((axis, k) => {
    const along = k ? y : x;
    const over = path.map((point) => point[k]); // a later run may leave the grid
    const range = [Math.min(along[0], ...over), Math.max(along.at(-1), ...over)];
    const log = range[1] / range[0] > 10 && range[0] > 0;
    figure.layout[axis] = {
      type: log ? "log" : "linear",
      tickvals: log ? ticks(...range) : undefined,
      range: log ? range.map(Math.log10) : range,
      title: { text: withUnit(fill(config.symbols[run.family][name], { k: `<sub>${components[k]}</sub>` }), run) },
    };
  });
  return { figure };
}

/* 1, 2 and 5 times each power of ten: plotly's own labels between the powers are small, and digits only. */
function ticks(low, high) {
  const [first, count] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high / low)) + 1];
  const powers = Array.from({ length: count }, (_, i) => first + i);
  return powers.flatMap((power) => [1, 2, 5].map((digit) => Number(`${digit}e${power}`)));
}

/** @type {RunFigure["sentence"]} */
function sentence(result, { t, p }, config) {
  if (!state.surface) return ""; // its figure was resized after a new run
  const { x, y, log_likelihood: rows, parameter: name, components } = state.surface;
  const best = { ell: -Infinity };
  rows.forEach((row, j) =>
    row.forEach((ell, i) => {
      if (ell !== null && ell > best.ell) Object.assign(best, { ell, at: [x[i], y[j]] }); // null: the density is 0
    })
  );
  const place = (values) => listed(components.map((k, i) => parameter(result, name, k, values[i], config)));
  const here = place(components.map((k) => p[name][k]));
  const numbers = { ell: number(best.ell, DIGITS), best: place(best.at), t: count(t), here };
  return fill(config.figureSentences.surface, numbers);
}

/** @type {RunFigure["tables"]} */
function tables(figure, words) {
  const { x, y, customdata } = figures.trace(figure, "surface");
  const [across, up] = [sample(x.length, [], SIDE), sample(y.length, [], SIDE)];
  const [name, other] = ["x", "y"].map((letter) => titleOf(figure, letter, {}));
  const grid = {
    what: fill(words.surface, { across: name, up: other }),
    count: x.length * y.length,
    shown: across.length * up.length,
    columns: [
      { name: `${other} \\ ${name}`, values: y },
      ...across.map((i) => ({ name: x[i], values: customdata.map((row) => row[i]) })),
    ],
    at: up,
  };
  const path = figures.trace(figure, "path");
  const at = sample(path.x.length);
  const columns = [
    { name: words.iteration, values: indices(path.x) },
    { name, values: path.x },
    { name: other, values: path.y },
  ];
  return [grid, { what: plain(path.name), count: path.x.length, columns, at }];
}

add(ID, { make, sentence, tables, waits: true });
