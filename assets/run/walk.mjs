/* Walking through a run without requests: the browser has the data and every record.

   A run of T iterations has 2T + 1 places. Even places 2t follow an E-step: parameters and responsibilities of record
   t, the bound touches the log-likelihood. Odd places 2t + 1 follow an M-step: parameters of record t + 1, but the
   responsibilities of record t. Without half-steps the walk skips the odd places. */
import { dash } from "../core/dash.mjs";
import { setText } from "../core/controls.mjs";
import { byId } from "../core/dom.mjs";
import * as events from "../core/events.mjs";
import { watch } from "../core/scrolling.mjs";
import { count, fill, format, withMinus } from "../core/text.mjs";
import * as figures from "../figures/draw.mjs";
import * as estimates from "./estimates.mjs";
import { componentsOf } from "./result.mjs";
import * as runFigures from "./run_figures.mjs";
import { end, state, step, update } from "./state.mjs";

const REST = 700; // ms without a step until the place is read aloud
let playing = null;
let announcing = null;

const stride = () => (state.halves ? 1 : 2);

const halvesAreOn = () => byId("half-steps-button").getAttribute("aria-checked") === "true";

/** Open the result of a request at its end, or at `iteration`.
   @type {(result: Result, request: RunRequest, iteration?: number) => void} */
function open(result, request, iteration = Infinity) {
  stop();
  update({ result, request, halves: Boolean(result.bounds) && halvesAreOn() });
  byId("half-steps-button").closest(".switch").hidden = !result.bounds;
  const place = Math.min(Math.max(0, 2 * iteration), end());
  update({ place: state.halves ? place : place + (place % 2) });
  const slider = byId("walk-slider");
  dash.set_props("walk-slider", { max: end() / stride(), value: String(state.place / stride()) });
  slider.max = String(end() / stride());
}

/* Show everything: another result, or other colours. Returns what Dash writes: the run in words, the note on it, and
   whether the legend of true values is hidden. */
function show(colourBy) {
  const { config, result } = state;
  const k = componentsOf(result).length;
  const responsibility = ["one_colour", "responsibility"][k - 1] ?? "certainty";
  const labels = result.z ? "true_labels" : "likely_labels";
  const colours = config.sentences[colourBy === "responsibility" ? responsibility : labels];
  update({ colourBy, colours });
  runFigures.draw(figures.showNow);
  byId("posterior-legend").classList.toggle("stacked", k > 2);
  document.querySelectorAll("#posterior-legend li").forEach((entry, i) => (entry.hidden = i >= k));
  const table = byId("run-table");
  table.replaceChildren(estimates.table(result, step(), config));
  watch(table);
  table.closest(".card").classList.toggle("tall", k > 2);
  describe();
  return [withMinus(result.sentence), withMinus([...result.notes, colours].join(" ")), !result.true];
}

function go(place) {
  if (!state.result) return;
  const to = Math.min(Math.max(place, 0), end());
  if (to === state.place) return;
  update({ place: to });
  runFigures.draw(figures.showMoving);
  estimates.showRecord(state.result, step(), document.querySelector("#run-table tbody"));
  events.changed();
  describe();
}

/* Show the place: slider, words, and the bar (log-likelihood = bound + gap). */
function describe() {
  const { result, place, config } = state;
  const t = Math.ceil(place / 2);
  const last = end() / 2;
  const slider = byId("walk-slider");
  slider.value = String(place / stride());
  const half = place % 2 ? "after_m" : "after_e";
  const words = fill(config.sentences[state.halves ? half : "at_iteration"], { t: count(t), last: count(last) });
  setText("walk-place", words);
  slider.setAttribute("aria-valuetext", words);
  const ell = result.log_likelihood[t];
  const bound = place % 2 ? result.bounds[t - 1] : ell;
  const [low] = result.log_likelihood; // log-likelihood and bound never fall
  const span = result.log_likelihood[last] - low || 1;
  const bar = byId("bound-bar");
  bar.style.setProperty("--bound", String((bound - low) / span));
  bar.style.setProperty("--ell", String((ell - low) / span));
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
  if (playing || !state.result) return stop();
  if (state.place >= end()) go(0);
  let due = performance.now() + 1000 / speed();
  const frame = (now) => {
    if (state.place >= end()) return stop();
    if (now >= due) {
      const steps = Math.max(1, Math.floor(((now - due) * speed()) / 1000) + 1);
      due += (steps * 1000) / speed();
      go(state.place + steps * stride());
    }
    playing = requestAnimationFrame(frame);
  };
  playing = requestAnimationFrame(frame);
  showPlaying();
}

const stepLength = () => (state.place % 2 === 0 ? stride() : 1);
const manual = (move) => () => {
  stop();
  move();
};
const actions = {
  "walk-start": manual(() => go(0)),
  "walk-back": manual(() => go(state.place - stepLength())),
  "walk-play": play,
  "walk-forward": manual(() => go(state.place + stepLength())),
  "walk-end": manual(() => go(end())),
};
const keys = { " ": "play", ArrowLeft: "back", ArrowRight: "forward", Home: "start", End: "end" };

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("button");
  if (button && actions[button.id]) actions[button.id]();
});

document.addEventListener("keydown", (event) => {
  const slider = byId("walk-slider");
  const { target } = event;
  if (event.defaultPrevented) return; // a figure's points (figures/points.mjs)
  if (!state.result || !slider || slider.closest("[hidden]") || event.ctrlKey || event.altKey || event.metaKey) return;
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
  document.addEventListener(
    type,
    (event) => {
      if (event.target.id !== "walk-slider") return;
      event.stopPropagation();
      if (type === "input") manual(() => go(Number(event.target.value) * stride()))();
    },
    true
  );

/* For Dash: half-steps were switched on or off. */
function setHalves(on) {
  if (!state.result || !state.result.bounds) return;
  stop();
  update({ halves: on });
  if (!on && state.place % 2) go(state.place + 1);
  byId("walk-slider").max = String(end() / stride());
  describe();
}

export { go, open, setHalves, show };
