/* Points drawn in an explorer: their number and seed, and what figure and page show of them. They belong to the mixture
   they were drawn from, and go when it changes. */
import * as controls from "../core/controls.mjs";
import { byId } from "../core/dom.mjs";
import * as text from "../core/text.mjs";
import * as sampling from "../maths/sampling.mjs";
import * as figures from "../figures/draw.mjs";

/** @type {Record<string, { count: number, seed: number, of: string, gone: boolean, text?: string }>} */
const points = {}; // view -> { count, seed, of: their mixture, gone: whether a change of it removed them, text }

/** @type {(view: string, config: Config) => void} */
function begin(view, config) {
  const initial = (p) => config.link.values[p.name] ?? p.default;
  const [count, seed] = config.parameters[`${view}-drawn`].map(initial);
  points[view] = { count, seed, of: null, gone: false };
}

/** Draw another step of points, up to the bound.
   @type {(view: string, config: Config) => void} */
function draw(view, config) {
  const [{ step, maximum }] = config.parameters[`${view}-drawn`];
  Object.assign(points[view], { count: Math.min(points[view].count + step, maximum), gone: false });
}

/** Remove the points; the next ones have another seed.
   @type {(view: string, config: Config) => void} */
function clear(view, config) {
  const [, { maximum, default: first }] = config.parameters[`${view}-drawn`];
  const { count, seed } = points[view];
  Object.assign(points[view], { count: 0, seed: !count ? seed : seed < maximum ? seed + 1 : first, gone: false });
}

/** @type {(view: string, config: Config) => void} */
function reset(view, config) {
  const [, seed] = config.parameters[`${view}-drawn`];
  Object.assign(points[view], { count: 0, seed: seed.default, gone: false });
}

/** Remove the points if they belong to another mixture than `p`; whether there were any.
   @type {(view: string, p: Mixture, config: Config) => boolean} */
function follow(view, p, config) {
  const now = JSON.stringify(p);
  const { of, count } = points[view];
  points[view].of = now;
  if (!count || of === null || of === now) return false;
  clear(view, config);
  return (points[view].gone = true);
}

const sample = (view, p) => sampling.sample(view, p, points[view].seed, points[view].count);

/* Put the points into a figure; the greatest y they reach. */
function fill(figure, view, p, window, quantity, { bins }) {
  const { shapes, meta } = figure.layout;
  if (!points[view].count) {
    figure.layout.shapes = [];
    return 0;
  }
  const { x, k } = sample(view, p);
  const [low, high] = window;
  shapes.forEach((shape, row) => {
    const [from, to] = meta.rows[row];
    shape.path = x.map((at, i) => (k[i] === row && at >= low && at <= high ? `M${at},${from}V${to}` : "")).join("");
  });
  figure.layout.shapes = shapes.filter(({ path }) => path);
  const cumulative = quantity === "cumulative";
  const numbers = cumulative ? sampling.steps(x, window) : sampling.histogram(x, window, bins);
  figures.setTrace(figure, cumulative ? "steps" : "histogram", { ...numbers, visible: true });
  return Math.max(...numbers.y);
}

/** The sentence about them.
   @type {(view: string, p: Mixture, config: Config) => string} */
function sentence(view, p, config) {
  const { count, gone } = points[view];
  const { sentences } = config;
  if (!count) return gone ? sentences.points_gone : sentences.no_points;
  return text.fill(isFull(view, config) ? sentences.points_all : sentences.points, {
    count: text.count(count),
    found: text.count(sample(view, p).k.filter((k) => k === 0).length),
    expected: Number((count * p.weights[0]).toFixed(1)).toLocaleString("en"),
  });
}

const isFull = (view, config) => points[view].count >= config.parameters[`${view}-drawn`][0].maximum;

function show(view, text, config) {
  if (points[view].text === text) return; // as mostly while a slider moves
  points[view].text = text;
  controls.setText(`${view}-drawn`, text);
  const { count } = points[view];
  const enabled = { draw: !isFull(view, config), clear: count > 0 };
  for (const [name, on] of Object.entries(enabled)) controls.disable(byId(`${view}-${name}`), !on);
  byId(`${view}-clear`).parentElement.classList.toggle("drawn", count > 0);
}

/** Parameters and values for the link; without points it needs no seed.
   @type {(view: string, config: Config) => [Parameter[], Values]} */
function state(view, config) {
  const parameters = config.parameters[`${view}-drawn`];
  const { count, seed: now } = points[view];
  const [number, seed] = parameters;
  return [parameters, { [number.name]: count, [seed.name]: count ? now : seed.default }];
}

export { begin, clear, draw, fill, follow, reset, sentence, show, state };
