/* Studies of a run: likelihood surface, other starts, other numbers of components. */
import { dash } from "../core/dash.mjs";
import * as controls from "../core/controls.mjs";
import { isRefused, setText } from "../core/controls.mjs";
import { byId, element } from "../core/dom.mjs";
import * as failures from "../core/failed_requests.mjs";
import { watch } from "../core/scrolling.mjs";
import { count, fill, fixed, format } from "../core/text.mjs";
import * as tables from "../figures/tables.mjs";
import { digitsAmong, lastRecord, pathOver, record } from "./result.mjs";
import { drawOne } from "./run_figures.mjs";
import { differ, isOfRun, isOfStart } from "./start.mjs";
import { isFitted, iterationOnShow, state, update } from "./state.mjs";

/** Study -> its figure, which is drawn once there are numbers. */
const FIGURES = { surface: "surface-figure", starts: "starts-figure", sizes: "choice-figure" };
const STUDIES = Object.keys(FIGURES);
const MOST_EARLIER = 10; // paths on a surface
const values = {};
/** @type {(values: Values, k?: number) => void} */
let runFrom = null; // starts a run from start values of so many components
let request = 0;
let next = null; // study to request when the next run is complete
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

function start(study, iteration = iterationOnShow() ?? 0) {
  const { config, request: run } = state;
  if (!run) return;
  if (parametersOf(study).some(isRefused)) return show(study, config.sentences.mend_study);
  if (current && current !== study) {
    queue = [...queue.filter((name) => name !== study), study];
    return show(study, config.sentences.working);
  }
  wait(study);
  dash.set_props("study-request", { data: { ...run, ...values, preview: false, iteration, id: ++request, study } });
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

/* Of the studies under way and in the queue, give some up. */
function giveUp(isGone) {
  for (const study of queue.filter(isGone)) show(study, "");
  queue = queue.filter((study) => !isGone(study));
  if (!current || !isGone(current)) return;
  show(current, "");
  startNext();
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
  else showRows(study, result);
  startNext();
}

function showRows(study, result) {
  show(study, result.sentence);
  const box = byId(`study-${study}-table`);
  box.replaceChildren((study === "starts" ? startsTable : sizesTable)(result, state.config));
  watch(box);
  update({ [study]: result });
  showFigure(study);
}

function showFigure(study) {
  const panel = byId(`panel-${study}`);
  panel.classList.add("drawn"); // first: it is drawn where it has a size
  if (!drawOne(FIGURES[study])) panel.classList.remove("drawn");
}

function hideFigure(study) {
  const graph = byId(FIGURES[study]).closest(".graph");
  if (graph.contains(document.activeElement)) byId(`study-${study}`).focus(); // it goes
  byId(`panel-${study}`).classList.remove("drawn");
  tables.hide(FIGURES[study]);
}

const stays = new Set(); // studies that stay when another run or start comes

/** Another run or start comes. What other starts and other numbers of components lead to stays for the same
   observations; the surface for the same number of components too, with the path of the run that goes.
   @param {RunRequest} requested */
function keep(requested) {
  const { request: onShow, surface } = state;
  stays.clear();
  if (!onShow) return;
  const isSame = (isFree) => !differ(onShow, requested, isFree);
  const ofStart = (name) => isOfStart(name) || ["blind", "method", "preview"].includes(name);
  if (isSame(ofStart)) stays.add("starts");
  if (isSame((name) => name === "k" || ofStart(name))) stays.add("sizes");
  if (!surface || isSame((name) => ["blind", "preview"].includes(name))) return; // none, or the same run
  const hasPlace = isSame((name) => name === "blind" || (name !== "k" && isOfRun(name)));
  update({ surface: hasPlace ? { ...surface, compared: null, earlier: earlierPaths() } : null });
}

function earlierPaths() {
  const { result, surface } = state;
  return isFitted() ? [...surface.earlier, pathOver(surface, result)].slice(-MOST_EARLIER) : surface.earlier;
}

/* Another run or start has come: remove the studies of the last one that do not stay. */
function reset() {
  const {
    config,
    request: { k },
  } = state;
  for (const { name } of config.parameters.across) byId(`${name}-row`).hidden = k <= 2;
  if (k <= 2) controls.reset(config.parameters.across, values);
  giveUp((study) => !stays.has(study));
  for (const study of STUDIES.filter((one) => !stays.has(one))) {
    show(study, "");
    byId(`study-${study}-table`)?.replaceChildren();
    if (study !== "surface") update({ [study]: null }); // `keep` has seen to that
    if (!state[study]) hideFigure(study);
  }
  if (state.surface) describeSurface();
  if (!next || !isFitted()) return;
  start(next, lastRecord(state.result));
  next = null;
}

/* Start a study, or none (null), when the next run is complete. */
const afterRun = (study) => (next = study);

/** @param {Surface} surface */
function showSurface(surface) {
  update({ surface: { ...surface, held: record(state.result, surface.iteration), earlier: [] } });
  describeSurface();
  showFigure("surface");
}

function describeSurface() {
  const { config, result, surface } = state;
  const { surface: sentence, of_earlier: of, earlier_are_pale: pale } = config.sentences;
  const words = fill(sentence, {
    ...(surface.earlier.length ? { of, pale } : { of: "", pale: "" }),
    marks: config.sentences[result.fitted ? "surface_path" : "surface_start"],
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
  if (!compared || !isFitted()) return "";
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

/* A chosen point of the surface, with what is held there, as start values. */
function startAt(x, y) {
  const { surface } = state;
  const p = structuredClone(surface.held);
  surface.components.forEach((k, i) => (p[surface.parameter][k] = [x, y][i]));
  return startValues(p);
}

/** A mixture as values of the controls for a start.
   @param {Mixture} p */
function startValues({ weights, ...others }) {
  const names = state.config.requestNames[state.result.family];
  const start = { start_rho: weights[0] };
  weights.forEach((weight, k) => (start[`start_weight${k}`] = weight));
  for (const [name, all] of Object.entries(others))
    all.forEach((value, k) => (start[`start_${names[name]}${k}`] = value));
  return start;
}

/** A table of fits: cells, whether the row is chosen, and the parameters of a fit that can be shown.
   @type {(head: string[], rows: { cells: string[], isChosen: boolean, p: Mixture | null }[]) => HTMLElement} */
function table(head, rows) {
  const { show: words, show_fit: label } = state.config.studyWords;
  const cellOf = (cell, j) => (j ? element("td", cell) : element("th", cell, { scope: "row" }));
  const buttonOf = (p, value) => {
    const name = `${head[0]} ${value}`;
    const button = element("button", words, {
      type: "button",
      class: "plain-button",
      "aria-label": fill(label, { name }),
    });
    button.addEventListener("click", () => runFrom(startValues(p), p.weights.length));
    return button;
  };
  const body = rows.map(({ cells, isChosen, p }) =>
    element(
      "tr",
      [...cells.map(cellOf), element("td", p ? buttonOf(p, cells[0]) : "")],
      isChosen ? { class: "chosen" } : {}
    )
  );
  const heads = [...head, element("span", words, { class: "unseen" })];
  const top = element(
    "tr",
    heads.map((text) => element("th", text, { scope: "col" }))
  );
  return element("table", [element("thead", top), element("tbody", body)]);
}

const list = (values, digits) => values.map((value) => format(value, digits)).join(", ");

const SHOWN = ["best", "as_high", "other"]; // ends that a run from there reaches again

/** @type {(study: StartsStudy, config: Config) => HTMLElement} */
function startsTable({ rows }, config) {
  const digits = (name) => digitsAmong(state.result, 4, name);
  const rowOf = ({ count, log_likelihood: ell, what, parameters }) => {
    const { weights, ...others } = parameters;
    const words = Object.entries(others)
      .map(([name, values]) => list(values, digits(name)))
      .join("; ");
    return {
      cells: [fixed(ell, 3), String(count), list(weights, 3), words, config.studyWords[what]],
      isChosen: what.startsWith("best"),
      p: SHOWN.includes(what) ? parameters : null,
    };
  };
  return table(config.startsHead, rows.map(rowOf));
}

/** @type {(study: SizesStudy, config: Config) => HTMLElement} */
function sizesTable({ rows, lowest }, config) {
  const text = (value) => (value === null ? config.studyWords.none : fixed(value, 2));
  const rowOf = ({ n_components: k, n_free_parameters: free, log_likelihood: ell, aic, bic, parameters }) => ({
    cells: [String(k), text(ell), String(free), text(aic), text(bic), k === lowest.bic ? config.studyWords.chosen : ""],
    isChosen: k === lowest.bic,
    p: parameters,
  });
  return table(config.sizesHead, rows.map(rowOf));
}

/* For the link. */
const linked = () => controls.linked([...state.config.parameters.study, ...state.config.parameters.across], values);

export { afterRun, begin, keep, linked, reset, showReply };
