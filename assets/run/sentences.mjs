/* What each figure of a run shows, in a sentence with its numbers: its text alternative, by aria-describedby. It is no
   live region, since it changes at every step. */
import { count, fill, format, setText } from "../core/controls.mjs";
import * as densities from "../maths/densities.mjs";
import * as runFigures from "./run_figures.mjs";
import * as studies from "./studies.mjs";
import * as walk from "./walk.mjs";

const SURE = 0.9; // responsibility above which an observation counts as a component's
const NEAR = 0.01; // share of its last value within which a parameter has settled
const DIGITS = { usual: 3, observation: 4, ell: 7 };
const ZEROS = /\.0+$/; // not measured
const LAST_ZEROS = /(\.\d+?)0+$/; // of the digits by which observations differ

const number = (value, digits = DIGITS.usual) => format(value, digits);
const among = (result, value, name) => number(value, runFigures.digitsAmong(result, DIGITS.usual, name));
const lists = new Intl.ListFormat("en-GB"); // one, two and three

/* -- sentences: a run's result, a step of the walk, the page's config -> text ----------------------- */

/* Of a family that is not here, the standard deviation. */
const shapes = {
  exponential(_result, p, words) {
    const [density] = densities.mixture("exponential", p, [0]);
    return fill(words.at_zero, { density: number(density) });
  },
  gaussian(result, p, words) {
    const at = densities.shownModes(p).map((mode) => among(result, mode));
    return fill(words[at.length === 1 ? "one_mode" : "many_modes"], { count: at.length, at: lists.format(at) });
  },
};

function observed(result, value) {
  const digits = runFigures.digitsAmong(result, DIGITS.observation);
  const text = number(value, digits).replace(ZEROS, "");
  return digits > DIGITS.observation ? text.replace(LAST_ZEROS, "$1") : text;
}

/* Marks are sorted, and always include the first and the last observation. */
function data(result, { p }, { figureSentences: words }) {
  const { family, n, x } = result;
  const [low, high] = [x[0], x.at(-1)].map((one) => observed(result, one));
  const { mean, std } = densities.moments(family, p);
  const shape = shapes[family]?.(result, p, words) ?? fill(words.spread, { std: among(result, std, "stds") });
  return fill(words.data, { n: count(n), low, high, mean: among(result, mean), shape });
}

/* Thinned marks are an even share of all observations: they give percentages, not counts. */
function posterior({ n, x }, { q }, { figureSentences: words }) {
  const components = q[0].map((_, k) => k);
  if (components.length === 1) return fill(words.posterior_one, { n: count(n) });
  const share = (some, template) => fill(template, { percent: Math.round((100 * some) / x.length) });
  const of = (some, k) => (n === x.length ? count(some) : share(some, words[k === 0 ? "first_share" : "share"]));
  const belong = components.map((k) => q.filter((one) => one[k] > SURE).length);
  const rest = belong.reduce((left, some) => left - some, x.length);
  const above = (some, k) => fill(words[k ? "also_above" : "above"], { k, sure: SURE, count: of(some, k) });
  const parts = belong.map(above);
  parts.push(fill(words[components.length === 2 ? "neither_above" : "none_above"], { count: of(rest) }));
  return fill(words.posterior, { n: count(n), parts: lists.format(parts) });
}

function logLikelihood({ log_likelihood: ell }, { t }, { figureSentences: words }) {
  const last = ell.length - 1;
  const facts = [fill(words.log_likelihood, { t: count(t), last: count(last), ell: number(ell[t], DIGITS.ell) })];
  if (t < last) facts.push(fill(words.below_end, { difference: number(ell[last] - ell[t]) }));
  if (t > 0) facts.push(fill(words.above_start, { difference: number(ell[t] - ell[0]) }));
  return `${facts.join(", ")}.`;
}

const oneParameter = (result, name, symbol, k, value, words) =>
  fill(words.parameter, { symbol: fill(symbol, { k }), value: among(result, value, name) });

/* Each parameter except the last weight; of more than two components, the least and the greatest. */
function parameters(result, { t, p }, { figureSentences: words, symbols }) {
  const values = Object.entries(symbols[result.family]).flatMap(([name, symbol]) => {
    if (p[name].length > 2) {
      const [low, high] = [Math.min(...p[name]), Math.max(...p[name])].map((one) => among(result, one, name));
      return fill(words.from_to, { symbol: fill(symbol, { k: "" }), low, high });
    }
    const free = name === "weights" ? p.weights.slice(0, -1) : p[name];
    return free.map((one, k) => oneParameter(result, name, symbol, k, one, words));
  });
  const numbers = { t: count(t), values: values.join(", "), near: 100 * NEAR, settled: count(settled(result)) };
  return fill(words.parameters, numbers);
}

const cache = new WeakMap(); // result -> record from which on every parameter is near its last value

function settled(result) {
  if (cache.has(result)) return cache.get(result);
  const all = Object.values(result.trajectory);
  const isNear = (value, last) => Math.abs(value - last) <= NEAR * Math.abs(last);
  const areNear = (records, t) => records[t].every((value, k) => isNear(value, records.at(-1)[k]));
  let t = result.log_likelihood.length - 1;
  while (t > 0 && all.every((records) => areNear(records, t - 1))) t -= 1;
  cache.set(result, t);
  return t;
}

function surface(result, { t, p }, { figureSentences: words, symbols }) {
  const study = studies.surfaceOnShow();
  if (!study) return ""; // its figure was resized after a new run
  const { x, y, log_likelihood: rows, parameter, components } = study;
  const best = { ell: -Infinity };
  rows.forEach((row, j) =>
    row.forEach((ell, i) => {
      if (ell !== null && ell > best.ell) Object.assign(best, { ell, at: [x[i], y[j]] }); // null: the density is 0
    })
  );
  const symbol = symbols[result.family][parameter];
  const one = (k, value) => oneParameter(result, parameter, symbol, k, value, words);
  const place = (values) => lists.format(components.map((k, i) => one(k, values[i])));
  const here = place(components.map((k) => p[parameter][k]));
  return fill(words.surface, { ell: number(best.ell, DIGITS.ell), best: place(best.at), t: count(t), here });
}

const makers = {
  "data-figure": data,
  "posterior-figure": posterior,
  "log-likelihood-figure": logLikelihood,
  "parameters-figure": parameters,
  "surface-figure": surface,
};

document.addEventListener("figure", ({ detail: id }) => {
  if (!makers[id]) return; // an explorer's
  const { result, config } = walk.state;
  setText(`${id}-sentence`, makers[id](result, walk.step(), config));
});
