/* Walking through a run without requests: the browser has the data and every record.

   A run of T iterations has 2T + 1 places. Even places 2t follow an E-step: parameters and responsibilities of record
   t, the bound touches the log-likelihood. Odd places 2t + 1 follow an M-step: parameters of record t + 1, but the
   responsibilities of record t. The buttons E-step and M-step go to the next of their places, all else over the odd
   ones. Before a run there is only its start: what goes on from there asks for the run. */
import { dash } from "../core/dash.mjs";
import { disable, setText } from "../core/controls.mjs";
import { byId } from "../core/dom.mjs";
import * as events from "../core/events.mjs";
import { watch } from "../core/scrolling.mjs";
import { count, fill, format } from "../core/text.mjs";
import * as figures from "../figures/draw.mjs";
import * as estimates from "./estimates.mjs";
import { AFTER_RUN, PLAYED, schedule, toIteration, toSlider, sliderEnd } from "./pace.mjs";
import { componentsOf, lastRecord } from "./result.mjs";
import * as runFigures from "./run_figures.mjs";
import { end, isFitted, state, step, update } from "./state.mjs";

const REST = 700; // ms without a step until the place is read aloud
const DIGITS = 7; // of a log-likelihood
const LEAST = 1e-12; // gain for each observation that is told, in nats
let playing = null;
let announcing = null;
/** @type {(opening: Opening) => void} */
let runTo = null; // requests the run of the start on show

/* `requestRun` requests the run of the start on show, which then opens as it is told. */
const begin = (requestRun) => (runTo = requestRun);

/* How a result opens: at its start; at its end; from its start, playing, when it comes, or as somebody pressed Play. */
const AT_START = { iteration: 0 };
const AT_END = { iteration: Infinity };
const PLAYING = { iteration: 0, plays: AFTER_RUN };
const AT_PLAY = { iteration: 0, plays: PLAYED };

const reducedMotion = window.matchMedia("(prefers-reduced-motion: reduce)");

/** Open the result of a request.
   @type {(result: Result, request: RunRequest, opening: Opening) => void} */
function open(result, request, opening) {
  stop();
  update({ result, request });
  const { iteration, plays, isTold = false } = opening === PLAYING && reducedMotion.matches ? AT_END : opening;
  const place = Math.min(Math.max(0, 2 * iteration), end());
  update({ place: result.bounds ? place : place + (place % 2) });
  update({ isTold: isTold || isAtEnd() });
  const last = lastRecord(result);
  const slider = byId("walk-slider");
  const max = sliderEnd(last);
  slider.max = String(max);
  const longest = fill(state.config.sentences.at_iteration, { t: count(last), last: count(last) });
  byId("walk-place").style.minWidth = `${0.62 * longest.length}em`; // nothing moves while a run plays
  dash.set_props("walk-slider", { max, value: String(toSlider(recordOnShow(), last)), disabled: !isFitted() });
  if (plays && isFitted()) play(plays);
}

const isAtEnd = () => isFitted() && state.place >= end();

/* The iteration whose parameters are on show. */
const recordOnShow = () => Math.ceil(state.place / 2);

/* Show everything, for another result or other colours. */
function show() {
  const { colourBy, config, result } = state;
  const k = componentsOf(result).length;
  const responsibility = ["one_colour", "responsibility"][k - 1] ?? "certainty";
  const labels = result.z ? "true_labels" : "likely_labels";
  const colours = config.sentences[colourBy === "responsibility" ? responsibility : labels];
  update({ colours });
  runFigures.draw(figures.showNow);
  byId("posterior-legend").classList.toggle("stacked", k > 2);
  document.querySelectorAll("#posterior-legend li").forEach((entry, i) => (entry.hidden = i >= k));
  byId("true-legend").hidden = !result.true;
  setText("run-note", [...result.notes, colours].join(" "));
  showTable();
  describe();
}

/* The table of estimates. */
function showTable() {
  const { config, isTold, result } = state;
  const table = byId("run-table");
  table.replaceChildren(estimates.table(result, step(), isTold, config));
  watch(table);
}

/** The start moves: its figures and its log-likelihood follow at once, the rest when it rests and the server answers.
   @type {(result: Result, request: RunRequest) => void} */
function follow(result, request) {
  update({ result, request });
  runFigures.draw(figures.showMoving);
  setText("run-sentence", summary());
  events.changed();
}

/* What is on show in a sentence: the end of the run, a step of it, or its start. */
function summary() {
  const { config, result } = state;
  const [ell] = result.log_likelihood;
  if (isFitted()) return isAtEnd() ? result.sentence : stepInWords();
  if (!Number.isFinite(ell)) return result.sentence;
  return `${fill(config.sentences.start_is, { ell: format(ell, DIGITS) })} ${result.sentence}`.trim();
}

/* The half-step that led to the place on show. */
function stepInWords() {
  const { config, place, result } = state;
  const { sentences } = config;
  const t = recordOnShow();
  const [before, ell] = [result.log_likelihood[Math.max(0, t - 1)], result.log_likelihood[t]];
  const half = result.bounds ? (place % 2 ? "m_step" : "e_step") : "leap";
  const gain = ell - before >= LEAST * result.n ? fill(sentences.gain, { gain: format(ell - before, 3) }) : "";
  return fill(sentences[half], { ell: format(ell, DIGITS), gain });
}

function go(place) {
  if (!isFitted()) return;
  const to = Math.min(Math.max(place, 0), end());
  if (to === state.place) return;
  update({ place: to });
  runFigures.draw(figures.showMoving);
  if (isAtEnd() && !state.isTold) {
    update({ isTold: true });
    showTable();
  } else estimates.showRecord(state.result, step(), document.querySelector("#run-table tbody"));
  events.changed();
  describe();
}

/* Show the place: slider, words, and which half of an iteration comes next. */
function describe() {
  const { result, place, config } = state;
  const last = lastRecord(result);
  const t = recordOnShow();
  const numbers = { t: count(t), last: count(last) };
  const words = fill(config.sentences[isFitted() ? "at_iteration" : "at_start"], numbers);
  const slider = byId("walk-slider");
  slider.value = String(toSlider(t, last));
  slider.setAttribute("aria-valuetext", words);
  setText("walk-place", words);
  setText("run-sentence", summary());
  document.querySelector(".why").classList.toggle("untold", !isAtEnd());
  const half = place % 2 === 1;
  disable(byId("e-step"), !result.bounds || (isFitted() && !half)); // the first E-step is asked for
  disable(byId("m-step"), !result.bounds || half || (isFitted() && place === end()));
  clearTimeout(announcing);
  if (playing) return;
  const ell = fill(config.sentences.log_likelihood_is, { ell: format(result.log_likelihood[t], DIGITS) });
  const said = half ? fill(config.sentences.after_m, numbers) : words;
  announcing = setTimeout(() => setText("walk-announcement", `${said}. ${ell}`), REST);
}

/* -- playing ------------------------------------------------------------------------------------------------------ */

function stop() {
  if (playing) cancelAnimationFrame(playing);
  const wasPlaying = playing;
  playing = null;
  showPlaying();
  if (wasPlaying) describe(); // with the announcement
}

function showPlaying() {
  const { play: words, pause } = JSON.parse(byId("walk-play").dataset.words);
  setText("walk-play", playing ? pause : words);
}

/* Play or pause. */
function toggle() {
  if (playing) return stop();
  if (state.place >= end()) go(0);
  play(PLAYED);
}

/* Play from here to the end; the whole run would take at most `longest` ms. */
function play(longest) {
  const { result } = state;
  const times = schedule(result, longest); // ms at which each record comes
  const origin = performance.now() - times[Math.floor(state.place / 2)];
  const frame = (now) => {
    const at = times.findLastIndex((time) => time <= now - origin);
    go(2 * Math.max(at, recordOnShow()));
    if (state.place >= end()) return stop();
    playing = requestAnimationFrame(frame);
  };
  playing = requestAnimationFrame(frame);
  showPlaying();
}

/* -- what a person does -------------------------------------------------------------------------------------------- */

const manual = (move) => () => {
  stop();
  move();
};

/* To another iteration, over the place between two. */
const by = (iterations) => go(2 * (iterations < 0 ? recordOnShow() : Math.floor(state.place / 2)) + 2 * iterations);

const actions = {
  "walk-start": manual(() => go(0)),
  "walk-back": manual(() => by(-1)),
  "walk-play": toggle,
  "walk-forward": manual(() => by(1)),
  "walk-end": manual(() => go(end())),
  "e-step": manual(() => go(state.place + 1)),
  "m-step": manual(() => go(state.place + 1)),
};
/* How the run opens if they are done before it. */
/** @type {Record<string, Opening>} */
const openings = {
  "walk-play": AT_PLAY,
  "walk-forward": { iteration: 1 },
  "walk-end": AT_END,
  "e-step": AT_START,
  "m-step": { iteration: 0.5 },
};

function act(id) {
  const { requested, result } = state;
  if (isFitted()) actions[id]();
  else if (result && id in openings && (!requested || requested.preview)) runTo(openings[id]); // else it is under way
}

const keys = { " ": "play", ArrowLeft: "back", ArrowRight: "forward", Home: "start", End: "end" };

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("button");
  if (button && actions[button.id] && button.ariaDisabled !== "true") act(button.id);
});

document.addEventListener("keydown", (event) => {
  const slider = byId("walk-slider");
  const { target } = event;
  if (event.defaultPrevented) return; // a figure's points (figures/points.mjs)
  if (!state.result || !slider || slider.closest("[hidden]") || event.ctrlKey || event.altKey || event.metaKey) return;
  if (document.querySelector("dialog[open]")) return;
  if (target.id === "walk-slider") return moveSlider(event);
  if (target.matches("input, textarea, select, summary, [role=tab]")) return;
  if (event.key === " " && target.matches("button, a")) return;
  if (target.matches('.figure-table, [data-scrolls][tabindex="0"]')) return; // they scroll by these keys
  if (!(event.key in keys)) return;
  event.preventDefault();
  act(`walk-${keys[event.key]}`);
});

/* A key on the slider goes by iterations, also where its scale is logarithmic. */
function moveSlider(event) {
  const last = lastRecord(state.result);
  const page = Math.max(1, Math.round(last / 10));
  const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -page, PageUp: page };
  const move = { ...steps, Home: -last - 1, End: last }[event.key];
  if (!move) return;
  event.preventDefault();
  manual(() => by(move))();
}

/* As with the other sliders, Dash does not get every move. */
for (const type of ["input", "change"])
  document.addEventListener(
    type,
    (event) => {
      if (event.target.id !== "walk-slider") return;
      event.stopPropagation();
      if (!isFitted()) return;
      if (type === "change") return describe(); // the thumb stands on an iteration
      const t = toIteration(Number(event.target.value), lastRecord(state.result));
      manual(() => go(2 * t))();
    },
    true
  );

export { AT_START, PLAYING, begin, follow, go, open, show, stop };
