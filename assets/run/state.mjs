/* The state of Run EM: one object that only `update` changes. */
import * as densities from "../maths/densities.mjs";
import { lastRecord, record } from "./result.mjs";

/** @type {RunState} */
const state = {
  config: null, // the page's words, parameters and skeletons

  source: null, // of the data, as chosen
  family: null, // to be fitted to own data
  startFrom: null, // how a run starts
  method: null,
  values: {}, // of sliders and boxes, by name: core/controls.mjs writes them
  savedK: {}, // source -> K, as it was when the user chose another source
  savedStarts: {}, // "source family K" -> start values, likewise
  arranged: null, // "source family K" whose start values are on show

  requested: null, // the run or start that was requested last; none of settings that are changed
  opening: null, // how its result opens

  request: null, // what is on show, a run or only its start: what was requested
  result: null, // and the reply
  place: 0, // in the walk (walk.mjs)
  isTold: false, // whether the walk has been at its end, which until then is not told
  colourBy: "label", // colours of the observations
  colours: "", // the same in words
  xScale: null, // of the data's figure, once somebody has pressed it (figures/x_scale.mjs)
  surface: null, // the likelihood surface on show
  starts: null, // ends of runs from other starts
  sizes: null, // fits with other numbers of components
};

/** Change the state. Returns the previous values of the properties that changed.
   @param {Partial<RunState>} change
   @returns {Partial<RunState>} */
function update(change) {
  const before = Object.entries(state).filter(([name, value]) => name in change && change[name] !== value);
  Object.assign(state, change);
  return Object.fromEntries(before);
}

/* Responsibilities of a record. The last ones are cached, since both halves of an iteration need them. */
/** @type {{ t: number, result: Result, q: number[][] }} */
const cache = { t: null, result: null, q: null };
function responsibilitiesAt(t) {
  const { result } = state;
  if (cache.t !== t || cache.result !== result) {
    const p = record(result, t);
    Object.assign(cache, { t, result, q: result.x.map((x) => densities.responsibilities(result.family, p, x)) });
  }
  return cache.q;
}

/** The step on show: record, its parameters, and responsibilities of the drawn observations (a row each).
   @returns {Step} */
function step() {
  const t = Math.ceil(state.place / 2);
  return { t, p: record(state.result, t), q: responsibilitiesAt(Math.floor(state.place / 2)) };
}

/* The last place of the walk. */
const end = () => 2 * lastRecord(state.result);

/* Whether a run is on show, and not only its start. */
const isFitted = () => Boolean(state.result?.fitted);

/* The iteration on show, with a half after an M-step; null before the run. */
const iterationOnShow = () => (isFitted() ? state.place / 2 : null);

export { end, isFitted, iterationOnShow, state, step, update };
