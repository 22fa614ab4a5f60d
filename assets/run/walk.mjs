/* Walking through a run without requests: the browser has the data and every record.

   A run of T iterations has 2T + 1 places. Even places 2t follow an E-step: parameters and responsibilities of record
   t, the bound touches the log-likelihood. Odd places 2t + 1 follow an M-step: parameters of record t + 1, but the
   responsibilities of record t. Without half-steps the walk skips the odd places. */
import { dash } from "../core/dash.mjs";
import { count, fill, format, setText } from "../core/controls.mjs";
import * as events from "../core/events.mjs";
import { watch } from "../core/scrolling.mjs";
import * as densities from "../maths/densities.mjs";
import * as figures from "../figures/draw.mjs";
import * as runFigures from "./run_figures.mjs";

const REST = 700; // ms without a step until the place is read aloud
const byId = (id) => document.getElementById(id);
const walk = { result: null, request: null, place: 0, halves: false, colourBy: "label", colours: "", config: null };
let playing = null;
let announcing = null;

const end = () => 2 * (walk.result.log_likelihood.length - 1);
const stride = () => (walk.halves ? 1 : 2);

/* Responsibilities of a record. The last ones are cached, since half-steps need them twice. */
const cache = { t: null, result: null, q: null };
function responsibilitiesAt(t) {
  const { result } = walk;
  if (cache.t !== t || cache.result !== result) {
    const p = runFigures.record(result, t);
    const q = result.x.map((x) => densities.responsibilities(result.family, p, x));
    Object.assign(cache, { t, result, q });
  }
  return cache.q;
}

/* The step on show at a place (run_figures.mjs). */
function stepAt(place) {
  const t = Math.ceil(place / 2);
  return { t, p: runFigures.record(walk.result, t), q: responsibilitiesAt(Math.floor(place / 2)) };
}

const halvesAreOn = () => byId("half-steps-button").getAttribute("aria-checked") === "true";

/* Open the result of a request at its end, or at `iteration`. */
function open(result, request, iteration = Infinity) {
  stop();
  Object.assign(walk, { result, request });
  walk.halves = Boolean(result.bounds) && halvesAreOn();
  byId("half-steps-button").closest(".switch").hidden = !result.bounds;
  walk.place = Math.min(Math.max(0, 2 * iteration), end());
  if (!walk.halves) walk.place += walk.place % 2;
  const slider = byId("walk-slider");
  dash.set_props("walk-slider", { max: end() / stride(), value: String(walk.place / stride()) });
  slider.max = end() / stride();
}

/* Show everything: another result, or other colours. */
function show(colourBy, config) {
  Object.assign(walk, { colourBy, config });
  const { result } = walk;
  const step = stepAt(walk.place);
  draw(step, figures.showNow);
  const labels = result.z ? "true_labels" : "likely_labels";
  const k = runFigures.componentsOf(result).length;
  const responsibility = ["one_colour", "responsibility"][k - 1] ?? "certainty";
  walk.colours = config.sentences[colourBy === "responsibility" ? responsibility : labels];
  document.querySelectorAll("#posterior-legend li").forEach((entry, i) => (entry.hidden = i >= k));
  byId("true-legend").hidden = !result.true;
  setText("run-sentence", result.sentence);
  setText("run-note", [...result.notes, walk.colours].join(" "));
  const table = byId("run-table");
  table.replaceChildren(runFigures.table(result, step, config));
  watch(table);
  table.closest(".card").classList.toggle("tall", k > 2);
  describe();
}

const makers = {
  "data-figure": (step, config) => runFigures.dataFigure(walk.result, step, walk.colourBy, config),
  "posterior-figure": (step, config) => runFigures.posteriorFigure(walk.result, step, config),
  "log-likelihood-figure": (step, config) => runFigures.logLikelihoodFigure(walk.result, step, config),
  "parameters-figure": (step, config) => runFigures.parametersFigure(walk.result, step, config),
};

/* A figure of the run as it is on show. */
const figureOf = (id, config) => makers[id](stepAt(walk.place), config).figure;

function draw(step, how) {
  const { result, place, config } = walk;
  const drawOne = (id) => {
    const { figure, marks } = makers[id](step, config);
    how(id, figure, marks);
  };
  ["data-figure", "posterior-figure", "log-likelihood-figure"].forEach(drawOne);
  const parameters = () => {
    if (walk.result !== result || walk.place !== place) return; // another step came meanwhile
    drawOne("parameters-figure");
  };
  if (how === figures.showMoving) parameters();
  else afterPaint(parameters); // it is further down the page
}

/* The distance of line labels is in pixels: redraw when the figure has another height. */
for (const type of ["drawn", "resized"])
  document.addEventListener(type, ({ target: plot }) => {
    const place = plot.closest("#parameters-figure");
    const figure = figures.onShow["parameters-figure"];
    if (!place || !figure || figure.layout.meta.height === place.clientHeight) return;
    figures.showNow("parameters-figure", figureOf("parameters-figure", walk.config));
  });

const afterPaint = (action) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(action)));

const listeners = [];

/* After each step, call `listener(config)`. */
const onStep = (listener) => listeners.push(listener);

function go(place) {
  if (!walk.result || !walk.config) return;
  const to = Math.min(Math.max(place, 0), end());
  if (to === walk.place) return;
  walk.place = to;
  const step = stepAt(to);
  draw(step, figures.showMoving);
  runFigures.showRecord(walk.result, step, document.querySelector("#run-table tbody"));
  listeners.forEach((listener) => listener(walk.config));
  events.changed();
  describe();
}

/* Show the place: slider, words, and the bar (log-likelihood = bound + gap). */
function describe() {
  const { result, place, config } = walk;
  const t = Math.ceil(place / 2);
  const last = end() / 2;
  const slider = byId("walk-slider");
  slider.value = String(place / stride());
  const half = place % 2 ? "after_m" : "after_e";
  const words = fill(config.sentences[walk.halves ? half : "at_iteration"], { t: count(t), last: count(last) });
  setText("walk-place", words);
  slider.setAttribute("aria-valuetext", words);
  const ell = result.log_likelihood[t];
  const bound = place % 2 ? result.bounds[t - 1] : ell;
  const [low] = result.log_likelihood; // log-likelihood and bound never fall
  const span = result.log_likelihood[last] - low || 1;
  const bar = byId("bound-bar");
  bar.style.setProperty("--bound", (bound - low) / span);
  bar.style.setProperty("--ell", (ell - low) / span);
  const sentence = config.sentences[result.bounds ? "bound" : "no_bound"];
  const numbers = { ell: format(ell, 7), bound: format(bound, 7), gap: format(ell - bound, 3) };
  setText("bound-words", fill(sentence, numbers));
  clearTimeout(announcing);
  if (playing) return;
  announcing = setTimeout(() => setText("walk-announcement", `${words}. ${byId("bound-words").textContent}`), REST);
}

const speed = () => Number(document.querySelector('#speed-group [aria-pressed="true"]').id.replace("speed-", ""));

function stop() {
  if (playing) cancelAnimationFrame(playing);
  const wasPlaying = playing;
  playing = null;
  showPlaying();
  if (wasPlaying) describe(); // with the announcement
}

function showPlaying() {
  const { play, pause } = JSON.parse(byId("walk-play").dataset.words);
  setText("walk-play", playing ? pause : play);
}

function play() {
  if (playing || !walk.result) return stop();
  if (walk.place >= end()) go(0);
  let due = performance.now() + 1000 / speed();
  const frame = (now) => {
    if (walk.place >= end()) return stop();
    if (now >= due) {
      const steps = Math.max(1, Math.floor(((now - due) * speed()) / 1000) + 1);
      due += (steps * 1000) / speed();
      go(walk.place + steps * stride());
    }
    playing = requestAnimationFrame(frame);
  };
  playing = requestAnimationFrame(frame);
  showPlaying();
}

const stepLength = () => (walk.place % 2 === 0 ? stride() : 1);
const manual = (move) => () => (stop(), move());
const actions = {
  "walk-start": manual(() => go(0)),
  "walk-back": manual(() => go(walk.place - stepLength())),
  "walk-play": play,
  "walk-forward": manual(() => go(walk.place + stepLength())),
  "walk-end": manual(() => go(end())),
};
const keys = { " ": "play", ArrowLeft: "back", ArrowRight: "forward", Home: "start", End: "end" };

document.addEventListener("click", ({ target }) => {
  const button = target.closest && target.closest("button");
  if (button && actions[button.id]) actions[button.id]();
});

document.addEventListener("keydown", (event) => {
  const slider = byId("walk-slider");
  const { target } = event;
  if (event.defaultPrevented) return; // a figure's points (figures/points.mjs)
  if (!walk.result || !slider || slider.closest("[hidden]") || event.ctrlKey || event.altKey || event.metaKey) return;
  if (document.querySelector("dialog[open]")) return;
  if (target.matches("input, textarea, select, [role=tab]")) return;
  if (event.key === " " && target.matches("button, a")) return;
  if (target.matches('.figure-table, [data-scrolls][tabindex="0"]')) return; // they scroll by these keys
  const action = actions[`walk-${keys[event.key]}`];
  if (!action) return;
  event.preventDefault();
  action();
});

/* As with the other sliders, Dash does not get every move. */
for (const type of ["input", "change"])
  document.addEventListener(type, (event) => {
    if (event.target.id !== "walk-slider") return;
    event.stopPropagation();
    if (type === "input") manual(() => go(Number(event.target.value) * stride()))();
  }, true);

/* For Dash: half-steps were switched on or off. */
function setHalves(on) {
  if (!walk.result || !walk.result.bounds) return;
  stop();
  walk.halves = on;
  if (!on && walk.place % 2) go(walk.place + 1);
  byId("walk-slider").max = end() / stride();
  describe();
}

/* The iteration on show, with a half after an M-step; null for the last. */
const iterationOnShow = () => (walk.result && walk.place < end() ? walk.place / 2 : null);

/* The request whose result is on show, or null. */
const requestOnShow = () => walk.request;

const step = () => stepAt(walk.place);

export { figureOf, go, iterationOnShow, onStep, open, requestOnShow, setHalves, show, step, walk as state };
