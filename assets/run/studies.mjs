/* Studies of a run: likelihood surface, other starts, other numbers of components. */
import { dash } from "../core/dash.mjs";
import * as controls from "../core/controls.mjs";
import { isRefused, setText } from "../core/controls.mjs";
import { byId, element } from "../core/dom.mjs";
import * as failures from "../core/failed_requests.mjs";
import { watch } from "../core/scrolling.mjs";
import { count, fill, format } from "../core/text.mjs";
import * as tables from "../figures/tables.mjs";
import { digitsAmong, lastRecord, pathOver, record } from "./result.mjs";
import { drawOne } from "./run_figures.mjs";
import { iterationOnShow, state, update } from "./state.mjs";

const STUDIES = ["surface", "starts", "sizes"];
const MOST_EARLIER = 10; // paths on a surface
const values = {};
/** @type {(values: Values) => void} */
let runFrom = null; // starts a run from start values
let request = 0;
let next = null; // study to request when the current run is complete
let current = null; // study that is requested
let queue = []; // studies to request after it: Dash drops a reply when another is requested

/** `startRun` starts a run from start values.
   @type {(config: Config, startRun: typeof runFrom) => void} */
function begin(config, startRun) {
  runFrom = startRun;
  const { across, study } = config.parameters;
  const parameters = [...study, ...across];
  for (const { name, default: usual } of parameters) values[name] = config.link.values[name] ?? usual;
  controls.register(parameters, values, config);
  failures.register("study-reply", {
    place: (request) => request.study === current && `study-${request.study}-words`,
    focus: (request) => `study-${request.study}`,
    onFailure: cancel,
    onRetry: (request) => wait(request.study),
  });
}

/* Show a sentence beside a study's button. */
const show = (study, words) => setText(`study-${study}-words`, words);

/* Parameters of a study. */
const parametersOf = (study) => state.config.parameters[study === "surface" ? "across" : "study"];

function start(study) {
  const { config, request: run, result } = state;
  if (!run) return;
  if (parametersOf(study).some(isRefused)) return show(study, config.sentences.mend_study);
  if (current && current !== study) {
    queue = [...queue.filter((name) => name !== study), study];
    return show(study, config.sentences.working);
  }
  wait(study);
  const iteration = iterationOnShow() ?? lastRecord(result);
  dash.set_props("study-request", { data: { ...run, ...values, iteration, id: ++request, study } });
}

function wait(study) {
  if (current) show(current, "");
  current = study;
  show(study, state.config.sentences.working);
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
function showReply(reply) {
  if (!reply || !current) return; // about an earlier run
  const study = current;
  const { errors, result } = reply;
  if (errors) show(study, Object.values(errors).join(" "));
  else if (study === "surface") showSurface(result);
  else {
    show(study, result.sentence);
    const box = byId(`study-${study}-table`);
    box.replaceChildren((study === "starts" ? startsTable : sizesTable)(result, state.config));
    watch(box);
  }
  startNext();
}

/** A new run comes: the surface stays if it has the same observations and components, with the last run's path.
   @param {RunRequest} requested */
function keepSurface(requested) {
  const { config, request: onShow, result, surface } = state;
  const differs = (isFree) => textOf(onShow, isFree) !== textOf(requested, isFree);
  if (!surface || !differs((name) => name === "blind")) return; // none, or the same run
  const free = ["method", "blind", ...config.parameters.stopping.map(({ name }) => name)];
  const isGone = differs((name) => name.startsWith("start_") || free.includes(name));
  const earlier = () => [...surface.earlier, pathOver(surface, result)].slice(-MOST_EARLIER);
  update({ surface: isGone ? null : { ...surface, compared: null, earlier: earlier() } });
}

/* A request for a run, less what is free, as text. */
const textOf = (request, isFree) => JSON.stringify(Object.entries(request).filter(([name]) => !isFree(name)));

/* A new run has come: remove the studies of the last one, but for a surface that stays. */
function reset() {
  const {
    config,
    request: { k },
  } = state;
  for (const { name } of config.parameters.across) byId(`${name}-row`).hidden = k <= 2;
  if (k <= 2) controls.reset(config.parameters.across, values);
  cancel();
  for (const study of STUDIES) {
    show(study, "");
    byId(`study-${study}-table`)?.replaceChildren();
  }
  if (state.surface) describeSurface();
  else {
    const graph = document.querySelector(".panel-surface .graph");
    if (graph.contains(document.activeElement)) byId("study-surface").focus(); // it goes
    graph.classList.remove("drawn");
    tables.hide("surface-figure");
  }
  if (next) start(next);
  next = null;
}

/* Start a study, or none (null), when the current run is complete. */
const afterRun = (study) => (next = study);

/** @param {Surface} surface */
function showSurface(surface) {
  update({ surface: { ...surface, earlier: [] } });
  describeSurface();
  document.querySelector(".panel-surface .graph").classList.add("drawn");
  drawOne("surface-figure");
}

function describeSurface() {
  const { config, result, surface } = state;
  const { surface: sentence, of_earlier: of, earlier_are_pale: pale } = config.sentences;
  const words = fill(sentence, {
    ...(surface.earlier.length ? { of, pale } : { of: "", pale: "" }),
    symbol: fill(config.symbols[result.family][surface.parameter], { k: "" }),
    across: surface.components[0],
    up: surface.components[1],
    t: count(surface.iteration),
  });
  show("surface", comparison(surface, config) + words);
}

/** An accelerated run beside EM, in words.
   @type {(surface: Surface, config: Config) => string} */
function comparison({ compared }, { sentences }) {
  if (!compared) return "";
  const { em_passes: em, passes, arrived } = compared;
  const sentence = sentences[arrived ? "surface_compared" : "surface_unfinished"];
  return fill(sentence, { em: count(em), passes: count(passes) });
}

document.addEventListener("drawn", ({ target: plot }) => {
  if (!plot.closest("#surface-figure")) return;
  plot.on("plotly_click", ({ points: [{ x, y }] }) => {
    if (state.surface) runFrom(startAt(x, y));
  });
});

document.addEventListener("enter", ({ detail: { id, x, y } }) => {
  if (id !== "surface-figure" || !state.surface) return;
  runFrom(startAt(x, y));
});

/* Start values of the run on show, with a chosen point of the surface. */
function startAt(x, y) {
  const {
    config,
    result,
    surface: { parameter, components },
  } = state;
  const { weights, ...others } = record(result, 0);
  const start = { start_rho: weights[0] };
  const nameOf = (name, k) => `start_${config.requestNames[result.family][name]}${k}`;
  weights.forEach((weight, k) => (start[`start_weight${k}`] = weight));
  for (const [name, all] of Object.entries(others)) all.forEach((value, k) => (start[nameOf(name, k)] = value));
  components.forEach((k, i) => (start[nameOf(parameter, k)] = [x, y][i]));
  return start;
}

function table(head, rows, chosen) {
  const cellOf = (cell, j) => (j ? element("td", cell) : element("th", cell, { scope: "row" }));
  const body = rows.map((cells, i) => element("tr", cells.map(cellOf), chosen(i) ? { class: "chosen" } : {}));
  const top = element(
    "tr",
    head.map((text) => element("th", text, { scope: "col" }))
  );
  return element("table", [element("thead", top), element("tbody", body)]);
}

const list = (values, digits) => values.map((value) => format(value, digits)).join(", ");

/** @type {(result: { rows: any[] }, config: Config) => HTMLElement} */
function startsTable({ rows }, config) {
  const digits = (name) => digitsAmong(state.result, 4, name);
  const cells = rows.map(({ count, log_likelihood: ell, what, parameters }) => {
    const { weights, ...others } = parameters;
    const words = Object.entries(others)
      .map(([name, values]) => list(values, digits(name)))
      .join("; ");
    return [ell.toFixed(3).replace("-", "−"), String(count), list(weights, 3), words, config.studyWords[what]];
  });
  return table(config.startsHead, cells, (i) => rows[i].what.startsWith("best"));
}

/** @type {(result: { rows: any[] }, config: Config) => HTMLElement} */
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

/* For the link. */
const linked = () => controls.linked([...state.config.parameters.study, ...state.config.parameters.across], values);

export { afterRun, begin, keepSurface, linked, reset, showReply };
