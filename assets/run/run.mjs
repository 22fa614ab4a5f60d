/* The Run EM view: its controls, the request for a run, and the result. Curves and responsibilities are computed here
   from the parameters, so that they need not travel. */
import { dash } from "../core/dash.mjs";
import { choose, defaults, isRefused, linked, register, set, setText, wasTriggered } from "../core/controls.mjs";
import { byId, hides } from "../core/dom.mjs";
import * as events from "../core/events.mjs";
import * as failures from "../core/failed_requests.mjs";
import * as features from "../core/features.mjs";
import { onStep } from "../core/numbers.mjs";
import { fill, settingInWords } from "../core/text.mjs";
import * as componentTable from "./component_table.mjs";
import * as ownData from "./own_data.mjs";
import { iterationOnShow, state, update } from "./state.mjs";
import * as studies from "./studies.mjs";
import * as walk from "./walk.mjs";

const { values } = state;
let sent = 0; // requests so far

/** A source: the page's, or own data.
   @type {(name: string, family: string) => Source} */
const sourceOf = (name, family) => (name === "own" ? ownData.source(family) : state.config.sources[name]);

const truth = () => sourceOf(state.source, state.family).samples[values.true_k] || [];
const sample = () => (truth().length ? [...state.config.parameters.sample, ...truth()] : []);
const byHand = () => sourceOf(state.source, state.family).starts[values.k] || [];

/* Parameters of the start: values set by hand, a seed, or none. */
function start() {
  const { byHand: hand, drawn } = state.config.starts;
  if (state.startFrom === hand) return byHand();
  return drawn.includes(state.startFrom) ? state.config.parameters.start_seed : [];
}

/* Parameters that do not depend on the source. */
function always() {
  const { sample: drawn, start: fitted, start_seed: seed, stopping } = state.config.parameters;
  return [...drawn, ...fitted, ...seed, ...stopping];
}

/* Parameters of a request. */
function active() {
  const { start: fitted, stopping } = state.config.parameters;
  return [...sample(), ...fitted, ...start(), ...stopping];
}

/* For Dash: update the controls, and request a run if the button was pressed or the source changed. */
function updateControls() {
  const context = dash.callback_context;
  const input = (id) => context.inputs[`${id}.data`];
  const choices = { family: input("family"), startFrom: input("start-from"), method: input("method") };
  const source = input("source");
  if (!state.config) begin(Object.values(context.states)[0], source, choices);
  const before = update(choices);
  if ("family" in before && state.source === "own") follow(state.family);
  if ("startFrom" in before) arrange();
  const newSource = source !== state.source;
  if (newSource) followSource(source);
  if (newSource || wasTriggered(context, "run-button")) {
    showPreset(null);
    requestRun({ pressed: !newSource });
  }
  events.viewReady("run", state.config);
  return dash.no_update;
}

/** @type {(config: Config, source: string, choices: Partial<RunState>) => void} */
function begin(config, source, choices) {
  const { values: fromLink } = config.link;
  update({ config, opensAt: fromLink.iteration, ...choices });
  Object.assign(values, defaults(always()), fromLink);
  for (const name of ["", state.family]) state.savedStarts[placeOf(source, name)] = fromLink;
  state.savedK[source] = values.k;
  for (const p of always()) register([p], values, config, ["k", "true_k"].includes(p.name) ? arrange : undefined);
  failures.register("run-reply", { place: () => "run-status", focus: () => "run-button", onFailure: restoreButton });
  const lists = { source, "start-from": state.startFrom, family: state.family };
  for (const [list, value] of Object.entries(lists)) byId(`${list}-select`).value = value;
  ownData.begin(config, follow);
  studies.begin(config, runFrom);
}

/* Where start values are saved. */
const placeOf = (source, family) => `${source} ${family} ${values.k}`;

/* Show the controls of another source, with its own number of components. */
function followSource(source) {
  selectSource(source);
  arrange();
}

function selectSource(source) {
  if (state.source) state.savedK[state.source] = values.k;
  update({ source });
  const { start: fitted } = state.config.parameters;
  set(fitted, { k: state.savedK[source] || defaults(fitted).k }, values);
  const { about, samples } = sourceOf(source, state.family);
  setText("about-source", about);
  byId("about-source").parentElement.hidden = !about || Object.keys(samples).length > 0;
  byId("own-panel").hidden = source !== "own";
}

/* Other own data, or another family for them; the first suitable one if the chosen one does not suit. */
function follow(...suitable) {
  if (!suitable.includes(state.family)) {
    update({ family: suitable[0] });
    choose("family", state.family);
  }
  for (const place of Object.keys(state.savedStarts)) if (place.startsWith("own ")) delete state.savedStarts[place];
  update({ arranged: "" }); // other data have other start values
  followSource("own");
  requestRun();
}

/* Show rows and tables for the chosen source, numbers of components and way to start. */
function arrange() {
  const first = state.arranged === null;
  restoreStart();
  const rowNames = new Set(active().map(({ name, column }) => !column && name));
  for (const row of document.querySelectorAll("#view-run .controls .row"))
    row.hidden = !rowNames.has(row.id.replace(/-row$/, ""));
  const rows = [...truth(), ...start()].filter(({ column }) => !column);
  register(rows, values, state.config);
  if (!first) set(rows, values, values, true);
  componentTable.show("true-table", truth(), values, state.config);
  componentTable.show("start-table", start(), values, state.config);
}

/* Take saved or default values for the chosen source and numbers of components. */
function restoreStart() {
  const place = placeOf(state.source, state.source === "own" ? state.family : "");
  if (place !== state.arranged) {
    if (state.arranged) state.savedStarts[state.arranged] = { ...values };
    update({ arranged: place });
    for (const p of byHand()) values[p.name] = state.savedStarts[place]?.[p.name] ?? p.default;
  }
  for (const p of truth()) values[p.name] ??= p.default;
}

/* Request a run with the present settings. Missing data are an error only if the button was `pressed`. A `study` is
   started when this run is complete. */
function requestRun({ pressed = true, study = null } = {}) {
  const parameters = active();
  const { config, family, method, source, startFrom } = state;
  const own = source === "own";
  const refused = parameters.some(isRefused) ? withResultNote(config.sentences.mend_first) : "";
  const missing = own && ownData.problem(family);
  setText("run-status", refused || (pressed && missing) || "");
  const advanced = byId("advanced");
  if (advanced.querySelector('[aria-invalid="true"]')) advanced.setAttribute("open", "");
  if (missing || refused) return;
  const chosen = Object.fromEntries(parameters.map((p) => [p.name, values[p.name]]));
  const data = own ? { family, data: ownData.values() } : {};
  studies.afterRun(study);
  send({ source, start_from: startFrom, method, ...chosen, ...data });
}

const withResultNote = (sentence) => (state.result ? `${sentence} ${state.config.sentences.kept}` : sentence);

/* Text that is read aloud: that a run has begun, and how it ended, even if it ended as the last one. */
const announce = (text) => setText("run-announcement", text);

/** @param {Values} run */
function send(run) {
  const requested = /** @type {RunRequest} */ ({ ...run, blind: hides("truth") });
  update({ requested });
  dash.set_props("run-request", { data: { id: ++sent, ...requested } });
  announce(state.config.running);
  events.changed();
}

/* Request the same run with what was hidden; the iteration on show stays. */
events.onRevealed((truth) => truth && rerun());

function rerun() {
  const { request: onShow, requested } = state;
  if (!requested) return;
  if (requested === onShow) update({ opensAt: iterationOnShow() ?? undefined });
  send(requested);
}

/* For Dash, which expects three values, as `walk.show` returns them: none is written. */
const nothing = () => Array(3).fill(dash.no_update);

/** For Dash: a reply has come.
   @param {Reply<Result> | null} reply
   @param {string} colourBy */
function showReply(reply, colourBy) {
  if (!reply) return nothing();
  const { errors, result } = reply;
  const reasons = Object.values(errors || {}).join(" ");
  setText("run-status", reasons && withResultNote(fill(state.config.sentences.refused, { reasons })));
  announce(result ? result.sentence : "");
  const { opensAt, request: onShow, requested } = state;
  update({ opensAt: undefined });
  if (!result) {
    update({ requested: onShow }); // a refused request is not repeated
    return nothing();
  }
  studies.keepSurface(requested);
  walk.open(result, requested, opensAt);
  studies.reset();
  const written = walk.show(colourBy);
  events.changed();
  return written;
}

/* For Dash: other colours. */
function recolour(colourBy) {
  return state.result ? walk.show(colourBy) : nothing();
}

/* After a failed request Dash leaves the button as it was during the run. */
function restoreButton() {
  dash.set_props("run-button", { children: state.config.run, "aria-busy": "false" });
  announce("");
}

/** Set start values, rounded to their steps, and run from there.
   @param {Values} startValues */
function runFrom(startValues) {
  startByHand();
  for (const p of byHand().filter(({ name }) => name in startValues))
    values[p.name] = onStep(p, Math.round((startValues[p.name] - p.minimum) / p.step));
  arrange();
  showPreset(null);
  requestRun();
}

function startByHand() {
  const { byHand: hand } = state.config.starts;
  if (state.startFrom === hand) return;
  update({ startFrom: hand });
  choose("start-from", hand);
}

/** Set source and values of a preset, show its question, and run it.
   @param {string} name */
function applyPreset(name) {
  const preset = state.config.presets[name];
  startByHand();
  update({ method: preset.method });
  byId(`method-${preset.method}`).click();
  if (preset.source !== state.source) {
    selectSource(preset.source);
    choose("source", preset.source);
  }
  set(
    always().filter((p) => p.name in preset.settings),
    preset.settings,
    values
  );
  restoreStart();
  Object.assign(values, preset.settings);
  arrange();
  showPreset(name);
  const panel = preset.study && byId(`panel-tab-${preset.study}`);
  if (panel && !panel.hidden) panel.click();
  requestRun({ study: preset.study });
}

function showPreset(chosen) {
  setText("predict", chosen ? state.config.presets[chosen].predict : "");
  for (const name of Object.keys(state.config.presets))
    byId(`preset-${name}`).setAttribute("aria-pressed", String(name === chosen));
}

document.addEventListener("click", ({ target }) => {
  if (state.config && target.id && target.id.startsWith("preset-")) applyPreset(target.id.slice("preset-".length));
});

/* -- what the rest of the page asks ----------------------------------------------------------------------------- */

/** The run on show, under the headings of the controls.
   @type {Feature["settings"]} */
function settings({ parameters, sentences }) {
  if (!state.request) return [];
  const { request: run } = state;
  const { sample: drawn, start: fitted, start_seed: seed, stopping } = parameters;
  const { about, samples, starts } = sourceOf(run.source, run.family);
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
  linked: ({ link }) => [
    ...(state.source === "own" ? ownData.linked() : []),
    ...linked(active(), values),
    ...studies.linked(),
    [link.iteration.name, iterationOnShow(), null], // unless at the end
  ],
  settings,
  request: () => state.request,
});

export { recolour, rerun, runFrom, showReply, updateControls };
