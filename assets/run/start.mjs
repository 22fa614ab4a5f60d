/* The start of a run as the controls say it, from the observations on the page: it follows a slider at once. */
import { logLikelihood } from "../maths/densities.mjs";
import { componentsOf } from "./result.mjs";
import { state } from "./state.mjs";

/** Whether two requests differ in more than what is free.
   @type {(one: RunRequest, other: RunRequest, isFree: (name: string) => boolean) => boolean} */
function differ(one, other, isFree) {
  /** @param {RunRequest} request */
  const text = ({ data: _ = null, ...settings }) =>
    JSON.stringify(Object.entries(settings).filter(([name]) => !isFree(name)));
  return one.data !== other.data || text(one) !== text(other); // own data are many, and the same object
}

/** Whether a name in a request is about where the run starts.
   @param {string} name */
const isOfStart = (name) => name.startsWith("start_");

/** Whether a name in a request is about how the run starts, goes on and stops, and not about its observations.
   @param {string} name */
const isOfRun = (name) =>
  isOfStart(name) || ["k", "method", "preview", ...state.config.parameters.stopping.map((p) => p.name)].includes(name);

/** The result of a request for a start by hand; null if the server has to make it. Its log-likelihood is NaN if only
   some of the observations are on the page.
   @type {(request: RunRequest) => Result | null} */
function startOf(request) {
  const { config, request: onShow, result } = state;
  if (!result || request.start_from !== config.starts.byHand || differ(onShow, request, isOfRun)) return null;
  const { family, n, x } = result;
  const p = mixtureOf(request, config.requestNames[family]);
  if (!p.weights.every(Number.isFinite)) return null; // none is above 0
  return {
    ...result,
    beside: componentsOf(result).length === request.k ? result.beside : null,
    trajectory: /** @type {Result["trajectory"]} */ (
      Object.fromEntries(Object.entries(p).map(([name, values]) => [name, [values]]))
    ),
    log_likelihood: [x.length === n ? logLikelihood(family, p, x) : NaN],
    bounds: request.method === "em" ? [] : null,
    errors: null,
    fitted: false,
    sentence: "",
    notes: [result.data],
  };
}

/** @type {(request: RunRequest, names: Words) => Mixture} */
function mixtureOf(request, names) {
  const all = (name) => Array.from({ length: request.k }, (_, k) => request[`start_${name}${k}`]);
  const { start_rho: rho } = request;
  const shares = [[1], [rho, 1 - rho]][request.k - 1] ?? all("weight");
  const total = shares.reduce((sum, share) => sum + share, 0);
  const others = Object.entries(names).map(([name, short]) => [name, all(short)]);
  return { weights: shares.map((share) => share / total), ...Object.fromEntries(others) };
}

export { differ, isOfRun, isOfStart, startOf };
