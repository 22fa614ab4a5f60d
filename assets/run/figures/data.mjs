/* Data and fit: histogram and fitted mixture, over the strip of observations. */
import { count, fill, listed } from "../../core/text.mjs";
import * as densities from "../../maths/densities.mjs";
import * as figures from "../../figures/draw.mjs";
import { densityTables } from "../../figures/tables.mjs";
import { componentsOf, digitsAmong, indices, labelsOf, lastRecord, record } from "../result.mjs";
import { add, among, hover, number, skeleton } from "../run_figures.mjs";
import { state } from "../state.mjs";

const ID = "data-figure";
const CURVE_POINTS = 400;
const SPIKE = [-4, -3, -2, -1, -0.5, 0, 0.5, 1, 2, 3, 4]; // standard deviations from its middle
const TICK = 0.36; // half the height of a mark, in rows
const DIGITS = 4; // of an observation in the sentence
const ZEROS = /\.0+$/; // not measured
const LAST_ZEROS = /(\.\d+?)0+$/; // of the digits by which observations differ

/** @param {Result} result */
function windowOf({ family, histogram: { edges } }) {
  const [low, high] = [edges[0], edges[edges.length - 1]];
  const margin = (high - low) * 0.02 || 1;
  const { lowest } = densities.families[family];
  return lowest !== undefined
    ? { curve: [lowest, high], axis: [Math.min(lowest, low) - margin, high + margin] }
    : { curve: [low - 3 * margin, high + 3 * margin], axis: [low - 3 * margin, high + 3 * margin] };
}

/** @param {Result} result */
const curvePoints = (result) =>
  figures.grid(windowOf(result).curve, CURVE_POINTS, "lowest" in densities.families[result.family]);

/** The same, with points on spikes that are narrower than their distance. Near a lowest observation it is dense.
   @type {(result: Result, p: Mixture) => number[]} */
function pointsFor(result, p) {
  const xs = curvePoints(result);
  const { lowest, mean, std } = densities.families[result.family];
  if (lowest !== undefined) return xs;
  const narrow = componentsOf(result).filter((k) => std(p, k) < xs[1] - xs[0]);
  const points = narrow.flatMap((k) => SPIKE.map((z) => mean(p, k) + z * std(p, k)));
  return points.length ? [...xs, ...points].sort((a, b) => a - b) : xs;
}

/** Row of each observation in the strip: its label, or else the likeliest component.
   @type {(result: Result, q: number[][]) => number[]} */
const rowsOf = ({ z }, q) => z || q.map((one) => one.indexOf(Math.max(...one)));

/* The palette, and `levelOf(q)`: the index in it for an observation. With two components the index follows q0; with
   more it is the likeliest component's colour, paler where that is less sure. */
function colouring({ two, certainty }, count) {
  if (count <= 2) return { colours: two, levelOf: (q) => Math.round(q[0] * (two.length - 1)) };
  const levels = certainty[0].length;
  return {
    colours: certainty.slice(0, count).flat(),
    levelOf(q) {
      const most = Math.max(...q);
      const sure = (most - 1 / count) / (1 - 1 / count);
      return q.indexOf(most) * levels + Math.round(sure * (levels - 1));
    },
  };
}

/** Marks of each path in the strip: of a row, or of a row and a colour.
   @type {(result: Result, q: number[][], how: ReturnType<typeof colouring>) => Marks[]} */
function marksOf(result, q, { colours, levelOf }) {
  const rows = rowsOf(result, q);
  return labelsOf(result).flatMap((k) => {
    const at = indices(result.x).filter((i) => rows[i] === k);
    const tick = { k, low: k - TICK, high: k + TICK };
    if (state.colourBy !== "responsibility") return [{ ...tick, xs: at.map((i) => result.x[i]) }];
    const groups = colours.map(() => []);
    for (const i of at) groups[levelOf(q[i])].push(result.x[i]);
    return groups.map((xs, level) => ({ ...tick, colour: colours[level], xs }));
  });
}

/** @type {RunFigure["make"]} */
function make(result, { p, q }, config) {
  const figure = skeleton(config, ID, result);
  const { edges, density } = result.histogram;
  figures.setTrace(figure, "histogram", {
    x: density.map((_, i) => (edges[i] + edges[i + 1]) / 2),
    y: density,
    width: density.map((_, i) => edges[i + 1] - edges[i]),
  });
  const xs = pointsFor(result, p);
  figures.setTrace(figure, "mixture", { x: xs, y: densities.mixture(result.family, p, xs) });
  for (const k of componentsOf(result))
    figures.setTrace(figure, `component-${k}`, { x: xs, y: densities.weightedComponent(result.family, p, k, xs) });
  const rows = rowsOf(result, q);
  const labels = labelsOf(result);
  for (const k of labels) {
    const at = indices(result.x).filter((i) => rows[i] === k);
    figures.setTrace(figure, `observations-${k}`, {
      x: at.map((i) => result.x[i]),
      y: at.map(() => k),
      customdata: at.map((i) => q[i]),
      hovertemplate: hover(figure, result),
    });
  }
  const looks = figure.layout.shapes;
  const marks = marksOf(result, q, colouring(figure.layout.meta.palettes, componentsOf(result).length));
  figure.layout.shapes = marks.map(({ k, colour, xs: at, low, high }) => ({
    ...looks[k],
    path: at.length ? at.map((x) => `M${x},${low}V${high}`).join("") : `M${edges[0]},-9V-9`, // plotly wants a path
    line: colour ? { ...looks[k].line, color: colour } : looks[k].line,
  }));
  Object.assign(figure.layout.xaxis, { range: windowOf(result).axis, title: { text: result.x_title } });
  const rowText = config.rows[result.z ? "label" : "likeliest"];
  const strip = Math.max(0.22, 0.08 * labels.length); // a line of type for each label
  figure.layout.yaxis2.domain = [0, strip];
  figure.layout.yaxis.domain = [strip + 0.08, 1];
  figure.layout.yaxis.range = [0, peak(result)];
  Object.assign(figure.layout.yaxis2, {
    range: [labels.length - 0.5, -0.5],
    tickvals: labels,
    ticktext: labels.map((k) => fill(rowText, { sign: config.signs[k], k })),
  });
  return { figure, marks };
}

/** @type {WeakMap<Result, number>} */
const peaks = new WeakMap(); // result -> end of the density axis

/** The end of the density axis, for all records, so that it stays during a walk. A record far above the rest (a start,
   a spike) is cut off, so that the others are not flat.
   @param {Result} result */
function peak(result) {
  if (peaks.has(result)) return peaks.get(result);
  const xs = curvePoints(result);
  const last = lastRecord(result);
  const peakAt = (t) => Math.max(...densities.mixture(result.family, record(result, t), xs));
  const final = Math.max(...result.histogram.density, peakAt(last));
  const records = Array.from({ length: Math.min(last, 40) }, (_, i) => peakAt(Math.round((i * last) / 40)));
  peaks.set(result, 1.05 * Math.min(2 * final, Math.max(final, ...records)));
  return peaks.get(result);
}

/* -- in words ------------------------------------------------------------------------------------------------- */

/** The shape of a density, in words; of a family that is not here, the standard deviation.
   @type {Record<string, (result: Result, p: Mixture, words: Words) => string>} */
const shapes = {
  exponential(_result, p, words) {
    const [density] = densities.mixture("exponential", p, [0]);
    return fill(words.at_zero, { density: number(density) });
  },
  gaussian(result, p, words) {
    const at = densities.shownModes(p).map((mode) => among(result, mode));
    return fill(words[at.length === 1 ? "one_mode" : "many_modes"], { count: at.length, at: listed(at) });
  },
};

/** @type {(result: Result, value: number) => string} */
function observed(result, value) {
  const digits = digitsAmong(result, DIGITS);
  const text = number(value, digits).replace(ZEROS, "");
  return digits > DIGITS ? text.replace(LAST_ZEROS, "$1") : text;
}

/** Marks are sorted, and always include the first and the last observation.
   @type {RunFigure["sentence"]} */
function sentence(result, { p }, { figureSentences: words }) {
  const { family, n, x } = result;
  const [low, high] = [x[0], x.at(-1)].map((one) => observed(result, one));
  const { mean, std } = densities.moments(family, p);
  const shape = shapes[family]?.(result, p, words) ?? fill(words.spread, { std: among(result, std, "stds") });
  return fill(words.data, { n: count(n), low, high, mean: among(result, mean), shape });
}

/** Observations are named by the row of the strip in which they lie.
   @type {RunFigure["nameOf"]} */
function nameOf(figure, { uid }) {
  const [, k] = uid.match(/^observations-(\d)$/) || [];
  return k && figure.layout.yaxis2.ticktext[k];
}

add(ID, { make, sentence, nameOf, tables: densityTables, note: () => state.colours });
