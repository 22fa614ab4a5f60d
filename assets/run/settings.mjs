/* The settings of Run EM: which controls there are for the chosen source, numbers of components and way to start, and
   the request that they say. */
import { choose, defaults, isRefused, linked as linkedOf, register, set, setText } from "../core/controls.mjs";
import { byId, hides } from "../core/dom.mjs";
import { onStep } from "../core/numbers.mjs";
import * as componentTable from "./component_table.mjs";
import * as ownData from "./own_data.mjs";
import { state, update } from "./state.mjs";

const { values } = state;
let changed = null; // is called when a setting has changed

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

/** Show the settings of the link; `onChange` is called when one changes.
   @type {(config: Config, source: string, onChange: () => void) => void} */
function begin(config, source, onChange) {
  changed = onChange;
  const { values: fromLink } = config.link;
  Object.assign(values, defaults(always()), fromLink);
  for (const name of ["", state.family]) state.savedStarts[placeOf(source, name)] = fromLink;
  state.savedK[source] = values.k;
  for (const p of always()) register([p], values, config, ["k", "true_k"].includes(p.name) ? rearrange : changed);
  const lists = { source, "start-from": state.startFrom, family: state.family };
  for (const [list, value] of Object.entries(lists)) byId(`${list}-select`).value = value;
  ownData.begin(config, follow);
  selectSource(source);
  arrange();
}

/* Where start values are saved. */
const placeOf = (source, family) => `${source} ${family} ${values.k}`;

/* Show the controls of another source, with its own number of components. */
function followSource(source) {
  selectSource(source);
  rearrange();
}

/* Show the controls of other numbers of components. */
function rearrange() {
  arrange();
  changed();
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
}

/* Show rows and tables for the chosen source, numbers of components and way to start. */
function arrange() {
  const first = state.arranged === null;
  restoreStart();
  const rowNames = new Set(active().map(({ name, column }) => !column && name));
  for (const row of document.querySelectorAll("#view-run .controls .row"))
    row.hidden = !rowNames.has(row.id.replace(/-row$/, ""));
  const rows = [...truth(), ...start()].filter(({ column }) => !column);
  register(rows, values, state.config, changed);
  if (!first) set(rows, values, values, true);
  componentTable.show("true-table", truth(), values, state.config, changed);
  componentTable.show("start-table", start(), values, state.config, changed);
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

/** Set start values by hand, rounded to their steps.
   @type {(startValues: Values, k?: number) => void} */
function startAt(startValues, k = values.k) {
  startByHand();
  if (k !== values.k) {
    set(state.config.parameters.start, { k }, values);
    restoreStart();
  }
  for (const p of byHand().filter(({ name }) => name in startValues))
    values[p.name] = onStep(p, Math.round((startValues[p.name] - p.minimum) / p.step));
  arrange();
}

function startByHand() {
  const { byHand: hand } = state.config.starts;
  if (state.startFrom === hand) return;
  update({ startFrom: hand });
  choose("start-from", hand);
}

/** Set source, method and values of a question.
   @param {Preset} preset */
function take({ method, source, settings }) {
  startByHand();
  update({ method });
  byId(`method-${method}`).click();
  if (source !== state.source) {
    selectSource(source);
    choose("source", source);
  }
  set(
    always().filter((p) => p.name in settings),
    settings,
    values
  );
  restoreStart();
  Object.assign(values, settings);
  arrange();
}

/* Whether a box holds what it refuses. */
const isRefusing = () => active().some(isRefused);

/* What is missing before there can be data; "" if nothing is. */
const missing = () => (state.source === "own" && ownData.problem(state.family)) || "";

/* Whether there are no data yet: own ones were chosen, and none given. */
const isEmpty = () => state.source === "own" && !ownData.isThere();

/** Whether own data are being read; `action` is called when they are.
   @param {() => void} action */
const waits = (action) => state.source === "own" && ownData.waits(action);

/* Why the family does not suit the data; "" while there are none, for which nobody may have asked yet. */
const unsuitable = () => (ownData.isThere() ? missing() : "");

/** The request for a run with the present settings.
   @type {() => RunRequest} */
function request() {
  const { family, method, source, startFrom } = state;
  const chosen = Object.fromEntries(active().map((p) => [p.name, values[p.name]]));
  const data = source === "own" ? { family, data: ownData.values() } : {};
  return { source, start_from: startFrom, method, ...chosen, ...data, blind: hides("truth") };
}

/** For the link.
   @type {() => Setting[]} */
const linked = () => [...(state.source === "own" ? ownData.linked() : []), ...linkedOf(active(), values)];

export {
  arrange,
  begin,
  follow,
  followSource,
  isEmpty,
  isRefusing,
  linked,
  missing,
  request,
  sourceOf,
  startAt,
  take,
  unsuitable,
  waits,
};
