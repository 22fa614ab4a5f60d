/* The figures and the table of a run: numbers filled into Python's skeletons.

   A step of the walk is { p, q, t }: parameters, responsibilities of the drawn observations (a row each), record. */
import { digitsOver, fill, format } from "../core/controls.mjs";
import { element } from "../core/dom.mjs";
import * as events from "../core/events.mjs";
import * as densities from "../maths/densities.mjs";
import * as figures from "../figures/draw.mjs";

const CURVE_POINTS = 400;
const DIGITS = 4; // of an estimate
const LETTER = 7.5; // px, in a unit
const LABEL = 14; // px between the labels of two lines
const SPIKE = [-4, -3, -2, -1, -0.5, 0, 0.5, 1, 2, 3, 4]; // standard deviations from its middle
const TICK = 0.36; // half the height of a mark, in rows

const indices = (values) => values.map((_, i) => i);

/* Parameters of record t of a result. */
const record = (result, t) =>
  Object.fromEntries(Object.entries(result.trajectory).map(([name, records]) => [name, records[t]]));

const componentsOf = (result) => indices(result.trajectory.weights[0]);

/* True components, which label the observations; where they are unknown, the fitted ones. */
const labelsOf = (result) => (result.true ? indices(result.true.weights) : componentsOf(result));

/* A skeleton without traces of components beyond those of the result. */
function skeleton(config, id, result) {
  const fitted = componentsOf(result).length;
  const labels = labelsOf(result).length;
  return figures.skeleton(config, id, ({ uid }) => {
    const [, kind, k] = uid.match(/(component|posterior|observations|true)-(\d)$/) || [];
    return !kind || Number(k) < (kind === "component" || kind === "posterior" ? fitted : labels);
  });
}

function hover(figure, result) {
  const lines = figure.layout.meta.hover.slice(0, componentsOf(result).length + 1).join("<br>");
  return `${fill(lines, { digits: digitsAmong(result, 5) })}<extra></extra>`;
}

/* Digits of observations and of values among them, as means and modes; else of another parameter. */
const digitsAmong = ({ x }, digits, name = "means") =>
  name === "means" ? digitsOver(x[0], x.at(-1), digits, events.config().close) : digits;

/* -- data and fit --------------------------------------------------------------------------------------------- */

function windowOf({ family, histogram: { edges } }) {
  const [low, high] = [edges[0], edges[edges.length - 1]];
  const margin = (high - low) * 0.02 || 1;
  const { lowest } = densities.families[family];
  return lowest !== undefined
    ? { curve: [lowest, high], axis: [lowest - margin, high + margin] }
    : { curve: [low - 3 * margin, high + 3 * margin], axis: [low - 3 * margin, high + 3 * margin] };
}

const curvePoints = (result) =>
  figures.grid(windowOf(result).curve, CURVE_POINTS, "lowest" in densities.families[result.family]);

/* The same, with points on spikes that are narrower than their distance. Near a lowest observation it is dense. */
function pointsFor(result, p) {
  const xs = curvePoints(result);
  const { lowest, mean, std } = densities.families[result.family];
  if (lowest !== undefined) return xs;
  const narrow = componentsOf(result).filter((k) => std(p, k) < xs[1] - xs[0]);
  const points = narrow.flatMap((k) => SPIKE.map((z) => mean(p, k) + z * std(p, k)));
  return points.length ? [...xs, ...points].sort((a, b) => a - b) : xs;
}

/* Row of each observation in the strip: its label, or else the likeliest component. */
const rowsOf = ({ z }, q) => z || q.map((one) => one.indexOf(Math.max(...one)));

/* Colours, and the index of an observation's: of two components by the responsibility of component 0, of more by the
   likeliest, paler where it is less sure. */
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

/* Marks of each path in the strip: of a row, or of a row and a colour. */
function marksOf(result, q, colourBy, { colours, levelOf }) {
  const rows = rowsOf(result, q);
  return labelsOf(result).flatMap((k) => {
    const at = indices(result.x).filter((i) => rows[i] === k);
    const tick = { k, low: k - TICK, high: k + TICK };
    if (colourBy !== "responsibility") return [{ ...tick, xs: at.map((i) => result.x[i]) }];
    const groups = colours.map(() => []);
    for (const i of at) groups[levelOf(q[i])].push(result.x[i]);
    return groups.map((xs, level) => ({ ...tick, colour: colours[level], xs }));
  });
}

function dataFigure(result, { p, q }, colourBy, config) {
  const figure = skeleton(config, "data-figure", result);
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
  const marks = marksOf(result, q, colourBy, colouring(figure.layout.meta.palettes, componentsOf(result).length));
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
  figure.layout.yaxis.range = [0, dataPeak(result)];
  Object.assign(figure.layout.yaxis2, {
    range: [labels.length - 0.5, -0.5],
    tickvals: labels,
    ticktext: labels.map((k) => fill(rowText, { sign: config.signs[k], k })),
  });
  return { figure, marks };
}

/* End of the density axis, for all records, so that it stays during a walk. A record far above the rest (a start, a
   spike) is cut off, so that the others are not flat. */
function dataPeak(result) {
  if (!result.peak) {
    const xs = curvePoints(result);
    const last = result.log_likelihood.length - 1;
    const peakAt = (t) => Math.max(...densities.mixture(result.family, record(result, t), xs));
    const bars = Math.max(...result.histogram.density);
    const final = Math.max(bars, peakAt(last));
    const records = Array.from({ length: Math.min(last, 40) }, (_, i) => peakAt(Math.round((i * last) / 40)));
    result.peak = 1.05 * Math.min(2 * final, Math.max(final, ...records));
  }
  return result.peak;
}

/* -- sorted posterior ----------------------------------------------------------------------------------------- */

/* q0 ascending, the others descending; thinned marks at their ranks among all observations. */
function posteriorFigure(result, { q }, config) {
  const figure = skeleton(config, "posterior-figure", result);
  for (const k of componentsOf(result)) {
    const order = indices(q).sort((a, b) => (k === 0 ? q[a][0] - q[b][0] : q[b][k] - q[a][k]));
    figures.setTrace(figure, `posterior-${k}`, {
      x: result.rank,
      y: order.map((i) => q[i][k]),
      customdata: order.map((i) => [result.x[i], ...q[i]]),
      hovertemplate: hover(figure, result),
    });
  }
  const { n } = result;
  Object.assign(figure.layout.xaxis, { range: [1 - 0.02 * n, 1.02 * n], dtick: n < 10 ? 1 : undefined });
  return { figure };
}

/* -- over iterations ------------------------------------------------------------------------------------------ */

const span = (values, share) => {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = (high - low) * share || Math.abs(high) * share || share;
  return [low - margin, high + margin];
};

function overIterations(figure, result, t) {
  const last = result.log_likelihood.length - 1;
  figure.layout.xaxis.range = [-0.02 * last - 0.2, 1.02 * last + 0.2];
  for (const cursor of figure.data.filter(({ uid, visible }) => uid.startsWith("cursor") && visible !== false)) {
    const name = (cursor.yaxis || "y").replace("y", "yaxis");
    Object.assign(cursor, { x: [t, t], y: [...figure.layout[name].range] });
  }
  return { figure };
}

function logLikelihoodFigure(result, { t }, config) {
  const figure = skeleton(config, "log-likelihood-figure", result);
  const y = result.log_likelihood;
  const curve = figures.trace(figure, "log-likelihood");
  Object.assign(curve, { x: indices(y), y, mode: y.length > 60 ? "lines" : curve.mode });
  figure.layout.yaxis.range = span(y, 0.06);
  return overIterations(figure, result, t);
}

/* The symbol of each line at its end, in its colour; labels that would overlap are moved apart. */
function lineLabels(figure, result, name, row, pixels, config) {
  const ends = record(result, result.log_likelihood.length - 1)[name];
  const [low, high] = figure.layout[row ? `yaxis${row + 1}` : "yaxis"].range;
  const { label } = figure.layout.meta;
  const order = indices(ends).sort((a, b) => ends[a] - ends[b]);
  const height = LABEL * figures.scale();
  if (height * order.length > pixels) return []; // no room for large type
  const wanted = order.map((k) => (pixels * (ends[k] - low)) / (high - low));
  const apart = wanted.reduce((placed, at) => [...placed, Math.max(at, (placed.at(-1) ?? -Infinity) + height)], []);
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const room = [apart.at(-1) - (pixels - height / 2), apart[0] - height / 2]; // least and greatest shift down
  const back = Math.max(room[0], Math.min(mean(apart) - mean(wanted), room[1]));
  return order.map((k, i) => ({
    ...label,
    text: `${config.signs[k]} ${fill(config.symbols[result.family][name], { k })}`,
    y: ends[k],
    yref: row ? `y${row + 1}` : "y",
    yshift: apart[i] - back - wanted[i],
    font: { color: figures.trace(figure, `row${row}-component-${k}`).line.color },
  }));
}

/* A parameter's name, with the unit of the observations if there is one. */
const withUnit = (name, { unit }, between = " ") => (unit ? `${name}${between}(${unit})` : name);

/* Every parameter over iterations, with true values as quiet lines. */
function parametersFigure(result, { t }, config) {
  const figure = skeleton(config, "parameters-figure", result);
  const names = Object.keys(result.trajectory);
  const last = result.log_likelihood.length - 1;
  const gap = 0.09;
  const height = (1 - gap * (names.length - 1)) / names.length;
  const { t: above, b: below } = figure.layout.template.layout.margin;
  const whole = document.getElementById("parameters-figure").clientHeight;
  figure.layout.meta.height = whole; // for which the labels are placed
  const pixels = (whole - above - below) * height;
  const isRoom = LETTER * figures.scale() * `(${result.unit})`.length < pixels;
  names.forEach((name, row) => {
    const records = result.trajectory[name];
    const truth = result.true?.[name] ?? [];
    const axis = figure.layout[row ? `yaxis${row + 1}` : "yaxis"];
    axis.range = span([...records.flat(), ...truth], 0.08);
    const title = config.parameterNames[name];
    axis.title = { ...axis.title, text: name !== "weights" && isRoom ? withUnit(title, result, " <br>") : title };
    for (const k of componentsOf(result)) {
      const y = records.map((values) => values[k]);
      figures.setTrace(figure, `row${row}-component-${k}`, { x: indices(records), y, visible: true });
    }
    truth.forEach((value, k) =>
      figures.setTrace(figure, `row${row}-true-${k}`, { x: [0, Math.max(last, 1)], y: [value, value], visible: true })
    );
    figures.setTrace(figure, `cursor-${row}`, { visible: true });
  });
  figure.layout.annotations = names.flatMap((name, row) => lineLabels(figure, result, name, row, pixels, config));
  for (let row = 0; row < 3; row++) {
    const axis = figure.layout[row ? `yaxis${row + 1}` : "yaxis"];
    const ends = [1 - (row + 1) * height - row * gap, 1 - row * (height + gap)];
    if (row < names.length) axis.domain = ends.map((end) => Math.max(0, end));
    else Object.assign(axis, { visible: false, domain: [0, 0.01] });
  }
  figure.layout.xaxis.anchor = names.length === 3 ? "y3" : "y2";
  return overIterations(figure, result, t);
}

/* -- estimates ------------------------------------------------------------------------------------------------ */

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

/* Columns: true or published values if there are any, start, on show (rewritten by `showRecord`), final. */
function table(result, step, config) {
  const last = result.log_likelihood.length - 1;
  const { beside, errors } = result;
  const cell = (value, digits) => (value === null ? "–" : format(value, digits));
  const row = (head, known, [start, shown, final], digits, error = 0) =>
    element("tr", [
      element("th", head, { scope: "row" }),
      ...(beside ? [element("td", cell(known, digits))] : []),
      element("td", cell(start, digits)),
      element("td", cell(shown, digits), { class: "on-show" }),
      element("td", error ? estimate(final, error) : cell(final, digits)),
    ]);
  const estimate = (...numbers) => {
    const [value, error] = withError(...numbers);
    return [value, element("span", ` ± ${error}`, { class: "error-of" })];
  };
  const rows = [];
  for (const [name, symbol] of Object.entries(config.symbols[result.family]))
    for (const k of componentsOf(result)) {
      const sign = element("span", config.signs[k], { class: `sign of-${k}`, "aria-hidden": "true" });
      const values = [record(result, 0), step.p, record(result, last)].map((one) => one[name][k]);
      const digits = digitsAmong(result, DIGITS, name);
      const title = [sign, fill(symbol, { k })];
      rows.push(row(title, beside?.parameters[name][k], values, digits, errors?.[name][k]));
    }
  const ell = result.log_likelihood;
  rows.push(row("ℓ", beside?.log_likelihood, [ell[0], ell[step.t], ell[last]], 7));
  const [first, ...others] = config.tableHead;
  const heads = [first, ...(beside ? [beside.head] : []), ...others];
  const head = element("tr", heads.map((text) => element("th", text, { scope: "col" })));
  const { short, long } = config.withErrors;
  if (errors) head.lastChild.append(" ", element("abbr", short, { class: "error-of", title: long }));
  return element("table", [element("thead", head), element("tbody", rows)]);
}

function showRecord(result, { p, t }, body) {
  const texts = Object.keys(result.trajectory).flatMap((name) => {
    const digits = digitsAmong(result, DIGITS, name);
    return p[name].map((value) => format(value, digits));
  });
  texts.push(format(result.log_likelihood[t], 7));
  texts.forEach((text, row) => (body.rows[row].querySelector(".on-show").textContent = text));
}

export {
  componentsOf, dataFigure, digitsAmong, logLikelihoodFigure, parametersFigure, posteriorFigure, record, showRecord,
  table, withError, withUnit,
};
