/* The Run EM view: requests for a start or for a run, and the results. What the controls say is on show: whatever
   changes, the start is drawn; only the button, or a step from the start, asks for the run. Curves and responsibilities
   are computed here from the parameters, so that they need not travel. */
import { dash } from "../core/dash.mjs";
import { cancel, delay, setText, wasTriggered } from "../core/controls.mjs";
import { byId, hides } from "../core/dom.mjs";
import * as events from "../core/events.mjs";
import * as failures from "../core/failed_requests.mjs";
import * as features from "../core/features.mjs";
import { fill, settingInWords } from "../core/text.mjs";
import * as settings from "./settings.mjs";
import { differ, isOfStart, startOf } from "./start.mjs";
import { isFitted, iterationOnShow, state, update } from "./state.mjs";
import * as studies from "./studies.mjs";
import * as walk from "./walk.mjs";

const REST = 250; // ms without a change until the server is asked for the start
let sent = 0; // requests so far

/* For Dash: update the controls, and run if the button was pressed, or show what the controls now say. */
function updateControls() {
  const context = dash.callback_context;
  const input = (id) => context.inputs[`${id}.data`];
  const choices = { family: input("family"), startFrom: input("start-from"), method: input("method") };
  const source = input("source");
  if (!state.config) open(Object.values(context.states)[0], source, choices);
  const before = update(choices);
  if ("family" in before && state.source === "own") settings.follow(state.family);
  if ("startFrom" in before) settings.arrange();
  if (source !== state.source) settings.followSource(source);
  else if (wasTriggered(context, "run-button")) run();
  else if ("startFrom" in before || "method" in before) showStart();
  events.viewReady("run", state.config);
  return dash.no_update;
}

/* The page has come: show what its link says.
   @type {(config: Config, source: string, choices: Partial<RunState>) => void} */
function open(config, source, choices) {
  update({ config, ...choices });
  failures.register("run-reply", {
    place: () => "run-status",
    focus: () => "run-button",
    onFailure: giveUp,
    onRetry: ({ preview }) => showBusy(!preview),
  });
  settings.begin(config, source, showStart);
  studies.begin(config, runFrom);
  walk.begin(run);
  showEmpty();
  const { opensAt } = config.link;
  if (opensAt === null) requestStart();
  else run({ iteration: opensAt, isTold: config.link.opensTold });
}

/** Run EM with the present settings.
   @type {(opening?: Opening) => void} */
function run(opening = walk.PLAYING) {
  if (settings.waits(() => run(opening))) return setText("run-status", "");
  const refused = settings.isRefusing() ? withResultNote(state.config.sentences.mend_first) : "";
  const problem = refused || settings.missing();
  setText("run-status", problem);
  const advanced = byId("advanced");
  if (advanced.querySelector('[aria-invalid="true"]')) advanced.setAttribute("open", "");
  if (!problem) send(settings.request(), opening);
}

/* A setting has changed: the start with the present settings is drawn here where it can be, and the server's when
   nothing changes any more. */
function showStart() {
  showPreset(null);
  drawStart();
}

function drawStart() {
  walk.stop();
  showEmpty();
  showBusy(false);
  setText("run-status", settings.unsuitable());
  update({ requested: null }); // what is under way has former settings
  delay(REST, "start", requestStart);
  const request = startRequest();
  const result = request && startOf(request);
  if (!result) return;
  const moves = !isFitted() && !differ(state.request, request, isOfStart);
  if (moves && !state.surface?.compared) walk.follow(result, request);
  else showResult(result, request, walk.AT_START);
}

/* While there are no data, the stage does not show others. */
const showEmpty = () => document.querySelector(".results").classList.toggle("empty", settings.isEmpty());

/** The request for the start; null while there can be none.
   @type {() => RunRequest | null} */
const startRequest = () => (settings.missing() ? null : { ...settings.request(), preview: true });

function requestStart() {
  const request = startRequest();
  if (request) send(request, walk.AT_START);
}

const withResultNote = (sentence) => (state.result ? `${sentence} ${state.config.sentences.kept}` : sentence);

/* Text that is read aloud: that a run has begun, and how it ended, even if it ended as the last one. */
const announce = (text) => setText("run-announcement", text);

/** @type {(requested: RunRequest, opening: Opening) => void} */
function send(requested, opening) {
  cancel("start");
  update({ requested, opening });
  dash.set_props("run-request", { data: { id: ++sent, ...requested } });
  if (!requested.preview) showBusy(true);
  events.changed();
}

/* Request the same with what was hidden; the iteration on show stays. */
events.onRevealed((truth) => truth && rerun());

function rerun() {
  const { opening, request: onShow, requested } = state;
  if (!requested) return;
  const iteration = iterationOnShow();
  const again = requested === onShow && iteration !== null ? { iteration } : opening;
  send({ ...requested, blind: hides("truth") }, again);
}

/** For Dash: a reply has come.
   @param {Reply<Result> | null} reply
   @param {string} colourBy */
function showReply(reply, colourBy) {
  if (!reply || !state.requested) return;
  showBusy(false);
  const { opening, request: onShow, requested } = state;
  const { errors, result } = reply;
  const reasons = Object.values(errors || {}).join(" ");
  const ofRun = () => withResultNote(fill(state.config.sentences.refused, { reasons }));
  setText("run-status", requested.preview ? reasons : reasons && ofRun());
  update({ colourBy });
  if (result) {
    showResult(result, requested, opening);
    return announce(state.isTold || opening === walk.PLAYING ? result.sentence : "");
  }
  announce("");
  update({ requested: onShow }); // a refused request is not repeated
  if (state.result) walk.show();
}

/** Show a run or a start.
   @type {(result: Result, request: RunRequest, opening: Opening) => void} */
function showResult(result, request, opening) {
  studies.keep(request);
  walk.open(result, request, opening);
  studies.reset();
  walk.show();
  events.changed();
}

/* For Dash: other colours. */
function recolour(colourBy) {
  update({ colourBy });
  if (state.result) walk.show();
}

let isBusy = false;

/* Whether a run is under way. */
function showBusy(on) {
  if (on === isBusy) return;
  isBusy = on;
  const { run: rest, running } = state.config;
  dash.set_props("run-button", { children: on ? running : rest, "aria-busy": String(on) });
  announce(on ? running : "");
}

/* No reply will come. What followed a slider is drawn in full. */
function giveUp() {
  showBusy(false);
  if (state.result) walk.show();
}

/** Run from other start values, and with another number of components.
   @type {(startValues: Values, k?: number) => void} */
function runFrom(startValues, k) {
  settings.startAt(startValues, k);
  showPreset(null);
  run();
}

/** Set up a question and show its start; a run answers it.
   @param {string} name */
function applyPreset(name) {
  const preset = state.config.presets[name];
  settings.take(preset);
  showPreset(name);
  const panel = preset.study && byId(`panel-tab-${preset.study}`);
  if (panel && !panel.hidden) panel.click();
  drawStart();
}

function showPreset(chosen) {
  studies.afterRun(chosen && state.config.presets[chosen].study);
  setText("predict", chosen ? state.config.presets[chosen].predict : "");
  for (const name of Object.keys(state.config.presets))
    byId(`preset-${name}`).setAttribute("aria-pressed", String(name === chosen));
}

document.addEventListener("click", ({ target }) => {
  if (state.config && target.id && target.id.startsWith("preset-")) applyPreset(target.id.slice("preset-".length));
});

/* Enter in a box of the settings runs EM. */
document.addEventListener("keydown", ({ key, repeat, target }) => {
  if (key !== "Enter" || repeat || hides("run") || !target.matches?.("#run-settings .number-box")) return;
  target.dispatchEvent(new Event("change", { bubbles: true })); // what is typed counts
  run();
});

/* -- what the rest of the page asks ----------------------------------------------------------------------------- */

/** The run on show, under the headings of the controls.
   @type {Feature["settings"]} */
function inWords({ parameters, sentences }) {
  if (!state.request) return [];
  const { request: run } = state;
  const { sample: drawn, start: fitted, start_seed: seed, stopping } = parameters;
  const { about, samples, starts } = settings.sourceOf(run.source, run.family);
  const words = (...groups) =>
    groups.flat().flatMap((p) => (p.name in run ? [settingInWords(sentences, p.label, run[p.name])] : []));
  const known = !run.blind && samples[run.true_k];
  const groups = [
    known ? [chosenIn("source", run.source), ...words(drawn, known)] : [about],
    [chosenIn("start-from", run.start_from), ...words(fitted, seed, starts[run.k])],
    [byId(`method-${run.method}`).textContent, ...words(stopping)],
  ];
  return groups.map((group, i) => [`${state.config.settingsHeads[i]}: `, group]);
}

/* The text of a list's option. */
const chosenIn = (list, value) => document.querySelector(`#${list}-select [value="${value}"]`).textContent;

features.register({
  view: "run",
  linked: ({ link }) => [...settings.linked(), ...studies.linked(), [link.iteration.name, iterationOnShow(), null]],
  settings: inWords,
  request: () => state.request,
});

export { recolour, rerun, runFrom, showReply, updateControls };
