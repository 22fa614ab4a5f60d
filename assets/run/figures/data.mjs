/* Data and fit: histogram and fitted mixture, over the strip of observations. */
import { count, fill, format, listed } from "../../core/text.mjs";
import { byId } from "../../core/dom.mjs";
import * as densities from "../../maths/densities.mjs";
import * as figures from "../../figures/draw.mjs";
import { sizeOf } from "../../figures/paths.mjs";
import { densityTables } from "../../figures/tables.mjs";
import { componentsOf, digitsAmong, labelsOf, lastRecord, record } from "../result.mjs";
import { add, among, fitTo, hover, number, skeleton } from "../run_figures.mjs";
import { state } from "../state.mjs";
import { binsOf, scaleOf } from "./x_scale.mjs";
import { heightOfStrip, marksOf, observationsOf } from "./strip.mjs";

const ID = "data-figure";
const CURVE_POINTS = 400;
const SPIKE = [-4, -3, -2, -1, -0.5, 0, 0.5, 1, 2, 3, 4]; // standard deviations from its middle
const DIGITS = 4; // of an observation in the sentence
const ZEROS = /\.0+$/; // not measured
const LAST_ZEROS = /(\.\d+?)0+$/; // of the digits by which observations differ
const LABEL = 56; // px, for a label of the logarithmic axis
const STEPS = [1, 1.25, 1.5, 2]; // ends of the density axis, in heights of histogram and end of the run
const LOW = 1e-3; // of the highest: a lower hump is not seen

/** Ends of the curves and of the axis, as places on it.
   @param {Result} result */
function windowOf(result) {
  const { isLog, placeOf } = scaleOf(result);
  const { edges } = binsOf(result);
  const [low, high] = [edges[0], edges[edges.length - 1]].map(placeOf);
  const margin = (high - low) * 0.02 || 1;
  const { lowest } = densities.families[result.family];
  const wide = isLog ? margin : 3 * margin;
  return lowest === undefined || isLog
    ? { curve: [low - wide, high + wide], axis: [low - wide, high + wide] }
    : { curve: [lowest, high], axis: [Math.min(lowest, low) - margin, high + margin] };
}

/** @param {Result} result */
function curvePoints(result) {
  const { isLog, at } = scaleOf(result);
  const isDense = !isLog && "lowest" in densities.families[result.family];
  return figures.grid(windowOf(result).curve, CURVE_POINTS, isDense).map(at);
}

/** The same, with points on spikes that are narrower than their distance. Near a lowest observation it is dense.
   @type {(result: Result, p: Mixture) => number[]} */
function pointsFor(result, p) {
  const xs = curvePoints(result);
  const { lowest, mean, std } = densities.families[result.family];
  if (lowest !== undefined) return xs;
  const { isLog, placeOf, stretch } = scaleOf(result);
  const distance = placeOf(xs[1]) - placeOf(xs[0]);
  const narrow = componentsOf(result).filter((k) => std(p, k) < distance * stretch(mean(p, k)));
  const points = narrow.flatMap((k) => SPIKE.map((z) => mean(p, k) + z * std(p, k))).filter((x) => !isLog || x > 0);
  return points.length ? [...xs, ...points].sort((a, b) => a - b) : xs;
}

/** A density over its places: on log x, per decade.
   @type {(result: Result, xs: number[], ys: number[]) => number[]} */
function stretched(result, xs, ys) {
  const { stretch } = scaleOf(result);
  return ys.map((y, i) => stretch(xs[i]) * y);
}

/** @type {(result: Result, p: Mixture, xs: number[]) => number[]} */
const mixtureOver = (result, p, xs) => stretched(result, xs, densities.mixture(result.family, p, xs));

/** Bars of each label, one upon another, or of all observations where the labels are unknown.
   @type {(figure: Figure, result: Result) => void} */
function setBars(figure, result) {
  const { edges, density, counts } = binsOf(result);
  const { placeOf } = scaleOf(result);
  const bars = {
    x: density.map((_, i) => (edges[i] + edges[i + 1]) / 2),
    width: density.map((_, i) => edges[i + 1] - edges[i]),
  };
  figures.setTrace(figure, "histogram", { ...bars, y: density, customdata: counts[0], visible: !result.z });
  if (!result.z) return;
  const wide = density.map((_, i) => placeOf(edges[i + 1]) - placeOf(edges[i]));
  counts.forEach((row, k) => {
    const y = row.map((one, i) => one / (result.n * wide[i]));
    figures.setTrace(figure, `label-${k}`, { ...bars, y, customdata: row });
  });
}

/** @type {RunFigure["make"]} */
function make(result, { p, q }, config) {
  const figure = skeleton(config, ID, result);
  setBars(figure, result);
  const xs = pointsFor(result, p);
  figures.setTrace(figure, "mixture", { x: xs, y: mixtureOver(result, p, xs) });
  for (const k of componentsOf(result)) {
    const y = stretched(result, xs, densities.weightedComponent(result.family, p, k, xs));
    for (const uid of [`casing-${k}`, `component-${k}`]) figures.setTrace(figure, uid, { x: xs, y });
  }
  const hovertemplate = hover(figure, result);
  observationsOf(result, q).forEach((row, k) =>
    figures.setTrace(figure, `observations-${k}`, { ...row, hovertemplate })
  );
  const { layout } = figure;
  const marks = marksOf(result, q, layout.meta.palettes);
  const looks = layout.shapes;
  layout.shapes = marks.map((one) => ({
    ...looks[one.k],
    path: one.path || `M${binsOf(result).edges[0]},-9V-9`, // plotly wants a path
    line: one.colour ? { ...looks[one.k].line, color: one.colour } : looks[one.k].line,
  }));
  arrange(layout, result, config);
  return { figure, marks };
}

/** Ticks at powers of ten, as many as there is room for, and, where these are few, at twice and five times them;
   plotly's own within a decade.
   @type {(range: number[], width: number) => { tickvals?: number[], ticktext?: string[] }} */
function decadeTicks([low, high], width) {
  if (high - low < 1) return {};
  const most = width / (LABEL * figures.scale());
  const steps = high - low < 3 && 3 * (high - low) < most ? [1, 2, 5] : [1];
  const every = Math.max(1, Math.ceil((high - low) / most));
  const powers = Array.from({ length: Math.ceil(high - low) + 1 }, (_, i) => Math.floor(low) + i).filter(
    (power) => power % every === 0
  );
  const tickvals = powers.flatMap((power) => steps.map((step) => Number(`${step}e${power}`)));
  const written = (value) => (value >= 1000 && value < 1e6 ? count(value) : format(value, 1));
  return { tickvals, ticktext: tickvals.map(written) };
}

/* Width of the figure, in px. */
function widthNow() {
  const plot = figures.plotOf(ID);
  return (plot && sizeOf(plot)?.width) || byId(ID).clientWidth;
}

fitTo(ID, "width", widthNow);

/** Axes, and the room for each.
   @type {(layout: any, result: Result, config: Config) => void} */
function arrange(layout, result, config) {
  const labels = labelsOf(result);
  const title = { text: result.x_title };
  Object.assign(layout.xaxis, { range: windowOf(result).axis, title });
  if (scaleOf(result).isLog) {
    const text = fill(config.figureWords.log, { title: title.text }) + leftOut(result, config.figureWords);
    const width = widthNow();
    layout.meta.width = width; // for which the ticks are chosen
    Object.assign(layout.xaxis, { type: "log", title: { text }, ...decadeTicks(layout.xaxis.range, width) });
    layout.yaxis.title = { text: config.figureWords.per_decade };
  }
  const strip = heightOfStrip(result);
  layout.yaxis.domain = [strip + 0.08, 1];
  layout.yaxis.range = [0, peak(result)];
  const rowText = config.rows[result.z ? "label" : "likeliest"];
  Object.assign(layout.yaxis2, {
    domain: [0, strip],
    range: [labels.length - 0.5, -0.5],
    tickvals: labels,
    ticktext: labels.map((k) => fill(rowText, { sign: config.signs[k], k })),
  });
}

/** @type {WeakMap<Result, Map<Bins, number>>} */
const peaks = new WeakMap(); // result -> its histogram on show -> end of the density axis over it

/** The end of the density axis, for all records, so that it stays during a walk, and for many starts. A record far
   above the rest (a start, a spike) is cut off, so that the others are not flat.
   @param {Result} result */
function peak(result) {
  const bins = binsOf(result);
  if (!peaks.has(result)) peaks.set(result, new Map());
  const known = peaks.get(result);
  if (!known.has(bins)) known.set(bins, peakOver(result, bins));
  return known.get(bins);
}

/** @type {(result: Result, bins: Bins) => number} */
function peakOver(result, bins) {
  const xs = curvePoints(result);
  const last = lastRecord(result);
  const peakAt = (t) => Math.max(...mixtureOver(result, record(result, t), xs));
  const final = Math.max(...bins.density, result.fitted ? peakAt(last) : 0);
  const records = Array.from({ length: Math.max(1, Math.min(last, 40)) }, (_, i) =>
    peakAt(Math.round((i * last) / 40))
  );
  const highest = Math.max(...records) / final;
  return 1.05 * final * (STEPS.find((step) => step >= highest) ?? STEPS.at(-1));
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

/** Where the density per decade has its humps: each point of a grid above its neighbours, moved to the top of the
   parabola through the three.
   @type {(result: Result, p: Mixture) => number[]} */
function humps(result, p) {
  const { placeOf, at } = scaleOf(result);
  const xs = curvePoints(result);
  const ys = mixtureOver(result, p, xs);
  const least = LOW * Math.max(...ys);
  const distance = placeOf(xs[1]) - placeOf(xs[0]);
  return ys.flatMap((y, i) => {
    const [before, after] = [ys[i - 1] ?? Infinity, ys[i + 1] ?? Infinity];
    if (y < least || y <= before || y < after) return [];
    return [at(placeOf(xs[i]) + (distance * (before - after)) / (2 * (before - 2 * y + after)))];
  });
}

/** The shape of the curve that is drawn, in words. A hump at an end, or between two points, is not found.
   @type {(result: Result, p: Mixture, words: Words) => string} */
function shapeOf(result, p, words) {
  const at = scaleOf(result).isLog ? humps(result, p).map((one) => among(result, one)) : [];
  if (at.length) return fill(words[at.length === 1 ? "one_hump" : "many_humps"], { count: at.length, at: listed(at) });
  const { std } = densities.moments(result.family, p);
  return shapes[result.family]?.(result, p, words) ?? fill(words.spread, { std: among(result, std, "stds") });
}

/** How many zeros are not on a logarithmic axis, for its title.
   @type {(result: Result, words: Words) => string} */
function leftOut({ histogram: { log } }, { without_zero: one, without_zeros: many }) {
  return log.zeros ? fill(log.zeros === 1 ? one : many, { count: count(log.zeros) }) : "";
}

/** The observations that have no place on log x, in words.
   @type {(result: Result, words: Words) => string} */
function withoutPlace(result, words) {
  const zeros = scaleOf(result).isLog ? result.histogram.log.zeros : 0;
  return zeros ? fill(words[zeros === 1 ? "one_zero" : "zeros"], { count: count(zeros) }) : "";
}

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
  const { mean } = densities.moments(family, p);
  const shape = shapeOf(result, p, words);
  const said = fill(words.data, { n: count(n), low, high, mean: among(result, mean), shape });
  return said + withoutPlace(result, words);
}

/** Observations are named by the row of the strip in which they lie.
   @type {RunFigure["nameOf"]} */
function nameOf(figure, { uid }) {
  const [, k] = uid.match(/^observations-(\d)$/) || [];
  return k && figure.layout.yaxis2.ticktext[k];
}

add(ID, { make, sentence, nameOf, tables: densityTables, note: () => state.colours });
