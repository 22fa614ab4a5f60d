/* Studies of a run: likelihood surface, other starts, other numbers of components. */
import { dash } from "../core/dash.mjs";
import * as controls from "../core/controls.mjs";
import { count, delay, fill, format, isRefused, setText } from "../core/controls.mjs";
import { element } from "../core/dom.mjs";
import * as failures from "../core/failed_requests.mjs";
import { watch } from "../core/scrolling.mjs";
import * as figures from "../figures/draw.mjs";
import * as tables from "../figures/tables.mjs";
import * as runFigures from "./run_figures.mjs";
import * as walk from "./walk.mjs";

const REST = 120; // ms without a step until the surface follows the walk
const STUDIES = ["surface", "starts", "sizes"];
const values = {};
let settings = null; // the page's words and parameters, once they are known
let runFrom = null; // starts a run from start values
let request = 0;
let next = null; // study to request when the current run is complete
let current = null; // study that is requested
let queue = []; // studies to request after it: Dash drops a reply when another is requested
let surface = null; // the last surface and the run it belongs to

const begin = (startRun) => (runFrom = startRun);

/* Show a sentence beside a study's button. */
const show = (study, words) => setText(`study-${study}-words`, words);

/* Parameters of a study. */
const parametersOf = ({ parameters }, study) => (study === "surface" ? parameters.across : parameters.study);

function start(study) {
  const run = walk.requestOnShow();
  if (!run || !settings) return;
  if (parametersOf(settings, study).some(isRefused)) return show(study, settings.sentences.mend_study);
  if (current && current !== study) {
    queue = [...queue.filter((name) => name !== study), study];
    return show(study, settings.sentences.working);
  }
  wait(study);
  const iteration = walk.iterationOnShow() ?? walk.state.result.log_likelihood.length - 1;
  dash.set_props("study-request", { data: { ...run, ...values, iteration, id: ++request, study } });
}

function wait(study) {
  if (current) show(current, "");
  current = study;
  show(study, settings.sentences.working);
}

/* Start the next study in the queue. */
function startNext() {
  current = null;
  const following = queue.shift();
  if (!following) return;
  show(following, ""); // it may be refused now
  start(following);
}

function cancel() {
  for (const study of queue) show(study, "");
  current = null;
  queue = [];
}

document.addEventListener("click", ({ target }) => {
  const study = STUDIES.find((name) => target.id === `study-${name}`);
  if (study) start(study);
});

/* For Dash: a reply has come. */
function showReply(reply, config) {
  if (!reply || !current) return; // about an earlier run
  const study = current;
  const { errors, result } = reply;
  if (errors) show(study, Object.values(errors).join(" "));
  else if (study === "surface") showSurface(result, config);
  else {
    show(study, result.sentence);
    const box = document.getElementById(`study-${study}-table`);
    box.replaceChildren((study === "starts" ? startsTable : sizesTable)(result, config));
    watch(box);
  }
  startNext();
}

/* A new run has come: remove the studies of the last one. */
function reset(config) {
  if (!settings) {
    settings = config;
    const parameters = [...config.parameters.study, ...config.parameters.across];
    for (const { name, default: usual } of parameters) values[name] = config.link.values[name] ?? usual;
    controls.register(parameters, values, config);
    failures.register("study-reply", {
      place: ({ study }) => study === current && `study-${study}-words`,
      focus: ({ study }) => `study-${study}`,
      onFailure: cancel,
      onRetry: ({ study }) => wait(study),
    });
  }
  const { k } = walk.requestOnShow();
  for (const { name } of config.parameters.across) document.getElementById(`${name}-row`).hidden = k <= 2;
  if (k <= 2) controls.reset(config.parameters.across, values);
  cancel();
  surface = null;
  document.querySelector(".study-surface .graph").classList.remove("drawn");
  tables.hide("surface-figure");
  for (const study of STUDIES) {
    show(study, "");
    document.getElementById(`study-${study}-table`)?.replaceChildren();
  }
  if (next) start(next);
  next = null;
}

/* Start a study, or none (null), when the current run is complete. */
const afterRun = (study) => (next = study);

function showSurface(result, config) {
  surface = { ...result, run: walk.state.result };
  const words = fill(config.sentences.surface, {
    symbol: symbolOf(surface.run, result.parameter),
    across: result.components[0],
    up: result.components[1],
    t: count(result.iteration),
  });
  show("surface", comparison(result, config) + words);
  document.querySelector(".study-surface .graph").classList.add("drawn");
  redraw(config);
}

const symbolOf = ({ family }, parameter, k = "") => fill(settings.symbols[family][parameter], { k });

/* An accelerated run beside EM, in words. */
function comparison({ compared }, { sentences }) {
  if (!compared) return "";
  const { em_passes: em, passes, arrived } = compared;
  const sentence = sentences[arrived ? "surface_compared" : "surface_unfinished"];
  return fill(sentence, { em: count(em), passes: count(passes) });
}

document.addEventListener("drawn", ({ target: plot }) => {
  if (!plot.closest("#surface-figure")) return;
  plot.on("plotly_click", ({ points: [{ x, y }] }) => {
    if (surface) runFrom(startAt(x, y));
  });
});

document.addEventListener("enter", ({ detail: { id, x, y } }) => {
  if (id !== "surface-figure" || !surface) return;
  document.getElementById("study-surface").focus(); // the surface goes; this button draws another
  runFrom(startAt(x, y));
});

/* Start values of the run on show, with a chosen point of the surface. */
function startAt(x, y) {
  const { run, parameter, components } = surface;
  const { weights, ...others } = runFigures.record(run, 0);
  const start = { start_rho: weights[0] };
  const nameOf = (name, k) => `start_${settings.requestNames[run.family][name]}${k}`;
  weights.forEach((weight, k) => (start[`start_weight${k}`] = weight));
  for (const [name, all] of Object.entries(others)) all.forEach((value, k) => (start[nameOf(name, k)] = value));
  components.forEach((k, i) => (start[nameOf(parameter, k)] = [x, y][i]));
  return start;
}

function redraw(config) {
  if (surface) figures.showNow("surface-figure", figureOf(config));
}

function figureOf(config) {
  const { x, y, log_likelihood: ell, best, parameter, components, run, compared } = surface;
  const figure = figures.skeleton(config, "surface-figure", ({ uid }) => compared || uid !== "compared");
  const path = run.trajectory[parameter].map((values) => components.map((k) => values[k]));
  // Even contours: near the maximum, the root of twice the drop is the distance from it in standard errors.
  const z = ell.map((row) => row.map((value) => -Math.sqrt(2 * Math.max(0, best - value))));
  const deepest = Math.min(...z.flat());
  const pathOf = (points) => ({ x: points.map((point) => point[0]), y: points.map((point) => point[1]) });
  figures.setTrace(figure, "surface", { x, y, z, customdata: ell, zmin: Math.max(deepest, -40), zmax: 0 });
  const mode = compared ? "lines+markers" : "lines"; // leaps are few and far
  figures.setTrace(figure, "path", { ...pathOf(path), mode });
  if (compared) figures.setTrace(figure, "compared", pathOf(compared.path));
  const points = { start: path[0], end: path.at(-1), here: path[Math.ceil(walk.state.place / 2)] };
  for (const [uid, point] of Object.entries(points)) figures.setTrace(figure, uid, pathOf([point]));
  ["xaxis", "yaxis"].forEach((name, k) => {
    const along = k ? y : x;
    const range = [along[0], along.at(-1)];
    const log = range[1] / range[0] > 10 && range[0] > 0;
    figure.layout[name] = {
      type: log ? "log" : "linear",
      tickvals: log ? ticks(...range) : undefined,
      range: log ? range.map(Math.log10) : range,
      title: { text: runFigures.withUnit(symbolOf(run, parameter, `<sub>${components[k]}</sub>`), run) },
    };
  });
  return figure;
}

/* 1, 2 and 5 times each power of ten: plotly's own labels between the powers are small, and digits only. */
function ticks(low, high) {
  const [first, count] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high / low)) + 1];
  const powers = Array.from({ length: count }, (_, i) => first + i);
  return powers.flatMap((power) => [1, 2, 5].map((digit) => Number(`${digit}e${power}`)));
}

/* Move the point on show when the walk pauses. */
walk.onStep((config) => surface && delay(REST, "surface", () => redraw(config)));

function table(head, rows, chosen) {
  const cellOf = (cell, j) => (j ? element("td", cell) : element("th", cell, { scope: "row" }));
  const body = rows.map((cells, i) => element("tr", cells.map(cellOf), chosen(i) ? { class: "chosen" } : {}));
  const top = element("tr", head.map((text) => element("th", text, { scope: "col" })));
  return element("table", [element("thead", top), element("tbody", body)]);
}

const list = (values, digits) => values.map((value) => format(value, digits)).join(", ");

function startsTable({ rows }, config) {
  const digits = (name) => runFigures.digitsAmong(walk.state.result, 4, name);
  const cells = rows.map(({ count, log_likelihood: ell, what, parameters }) => {
    const { weights, ...others } = parameters;
    const words = Object.entries(others).map(([name, values]) => list(values, digits(name))).join("; ");
    return [ell.toFixed(3).replace("-", "−"), String(count), list(weights, 3), words, config.studyWords[what]];
  });
  return table(config.startsHead, cells, (i) => rows[i].what.startsWith("best"));
}

function sizesTable({ rows }, config) {
  const text = (value) => (value === null ? config.studyWords.none : value.toFixed(2).replace("-", "−"));
  const cells = rows.map((row) => [
    String(row.n_components),
    text(row.log_likelihood),
    String(row.n_free_parameters),
    text(row.aic),
    text(row.bic),
    row.chosen ? config.studyWords.chosen : "",
  ]);
  return table(config.sizesHead, cells, (i) => rows[i].chosen);
}

/* Parameters and their values, for the link. */
const state = () => (settings ? [[...settings.parameters.study, ...settings.parameters.across], values] : [[], {}]);

/* The surface and the run it belongs to, or null. */
const surfaceOnShow = () => surface;

export { afterRun, begin, figureOf, redraw, reset, showReply, state, surfaceOnShow };
