/* Drawing figures: numbers are filled into skeletons from Python (components/figures/). */
import { dash } from "../core/dash.mjs";
import { byId } from "../core/dom.mjs";
import { loadPlotly } from "../core/network.mjs";
import { optionsOf, sizeOf, writeMoved } from "./paths.mjs";

const SETTLE = 400; // ms without a move until plotly redraws, if Dash has not caused it before (a walk never does)
const darkScheme = window.matchMedia("(prefers-color-scheme: dark)");

function mode() {
  const chosen = document.documentElement.dataset.theme;
  return chosen || (darkScheme.matches ? "dark" : "light");
}

/* Type, lines and marks of figures grow with the page's type, as in a lecture hall. */
const USUAL = 16; // px
const SIZES = ["size", "width", "ticklen", "standoff", "l", "r", "t", "b"];
let known = null; // the scale, until all figures of a step are drawn: to ask after each takes most of the time

function scale() {
  if (known === null) queueMicrotask(() => (known = null));
  return (known ??= parseFloat(getComputedStyle(document.documentElement).fontSize) / USUAL);
}

function scaled(part, by) {
  if (part === null || typeof part !== "object") return part;
  if (Array.isArray(part)) return part.map((one) => scaled(one, by));
  const sized = (name, value) => (SIZES.includes(name) && typeof value === "number" ? value * by : scaled(value, by));
  return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, sized(name, value)]));
}

const larger = {}; // "id mode scale" -> skeleton
let shown = null; // the scale of what was drawn last

/** @type {(config: Config, id: string, look: string) => Figure} */
function sizedSkeleton(config, id, look) {
  const by = (shown = scale());
  if (by === 1) return config.skeletons[id][look];
  return (larger[`${id} ${look} ${by}`] ??= scaled(config.skeletons[id][look], by));
}

/** A copy of a figure's skeleton with the wanted traces, in the present colours and size; where the config has a mode,
   as for saved and printed figures, in that mode and its own size.
   @type {(config: Config, id: string, wanted?: (trace: Trace) => unknown) => Figure} */
function skeleton(config, id, wanted = () => true) {
  const { data, layout } = config.mode ? config.skeletons[id][config.mode] : sizedSkeleton(config, id, mode());
  return structuredClone({ id, data: data.filter(wanted), layout });
}

/** @type {(figure: Figure, uid: string) => Trace} */
const trace = (figure, uid) => figure.data.find((one) => one.uid === uid);
/** @type {(figure: Figure, uid: string, changes: Values) => void} */
const setTrace = (figure, uid, changes) => Object.assign(trace(figure, uid), changes);

/** @type {(id: string) => Plot} */
const plotOf = (id) => document.querySelector(`#${id} .js-plotly-plot`);

/** @type {Record<string, Figure>} */
const onShow = {}; // id -> figure

/* Tell tables, points and sentences what a figure now shows. */
function publish(id, figure) {
  onShow[id] = figure;
  document.dispatchEvent(new CustomEvent("figure", { detail: id }));
}

/** Draw a whole figure: the first time at once if it is visible, else when the browser is idle.
   @type {Draw} */
function show(id, figure) {
  const plot = plotOf(id);
  if (plot) window.Plotly.react(plot, figure.data, figure.layout, optionsOf(plot));
  else enqueue(id, figure);
  publish(id, figure);
}

/** @type {Map<string, Figure>} */
const queue = new Map(); // id -> figure that was never drawn yet
const LATEST = 2000; // ms: a page embedded in another site's may never be idle in Chromium
const { requestIdleCallback } = window; // Safari has none
const whenIdle = (action) =>
  requestIdleCallback ? requestIdleCallback(action, { timeout: LATEST }) : setTimeout(action, 50);

function enqueue(id, figure) {
  const place = byId(id);
  queue.set(id, figure);
  load();
  if (isVisible(place)) return draw(id);
  opened.observe(place);
  whenIdle(drawNext);
}

const isOpen = (place) => !place.closest(".view[hidden], .panel[hidden]");
const isVisible = (place) => place.offsetWidth && isOpen(place); // what is closed keeps its width

function draw(id) {
  if (!window.Plotly) return;
  const figure = queue.get(id);
  queue.delete(id);
  const place = byId(id);
  opened.unobserve(place);
  sizes.observe(place);
  const plot = document.createElement("div");
  place.replaceChildren(plot);
  window.Plotly.newPlot(plot, figure.data, figure.layout, JSON.parse(place.dataset.config));
  plot.dispatchEvent(new CustomEvent("drawn", { bubbles: true }));
}

function drawNext() {
  const [id] = queue.keys();
  if (!id || !window.Plotly) return;
  draw(id);
  whenIdle(drawNext);
}

const opened = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) if (isIntersecting && queue.has(target.id)) draw(target.id);
});

const sizes = new ResizeObserver((entries) => {
  for (const { target, contentRect } of entries) {
    const plot = plotOf(target.id);
    if (contentRect.width && plot) fit(plot, target.id, contentRect);
  }
});

/* Fit a figure to its new size. A figure drawn while it was hidden knew no size. */
async function fit(plot, id, size) {
  if (differs(sizeOf(plot), size)) {
    try {
      await window.Plotly.Plots.resize(plot);
    } catch {
      return; // hidden again meanwhile
    }
    publish(id, onShow[id]);
  }
  plot.dispatchEvent(new CustomEvent("resized", { bubbles: true }));
}

const differs = (one, { width, height }) => Math.abs(one.width - width) + Math.abs(one.height - height) > 1;

let loading = false;

/* plotly.js takes longer to run than all the rest of the page: it is loaded for the first figure. */
async function load() {
  if (loading || window.Plotly) return;
  loading = true;
  await loadPlotly(byId("plotly").href);
  for (const id of [...queue.keys()]) if (isVisible(byId(id))) draw(id);
  whenIdle(drawNext);
}

const pending = {};

/** Write the paths of the curves at once, and have plotly redraw when the movement has settled (paths.mjs). `marks` are
   the points of each of the figure's shapes.
   @type {Draw} */
function showMoving(id, figure, marks) {
  clearTimeout(pending[id]);
  const plot = plotOf(id);
  if (!plot || !writeMoved(plot, figure, marks)) return show(id, figure);
  publish(id, figure);
  pending[id] = setTimeout(() => show(id, figure), SETTLE);
}

/** @type {Draw} */
function showNow(id, figure) {
  clearTimeout(pending[id]);
  show(id, figure);
}

/** Evenly spaced points of a window or, if squared, denser towards its left end, where exponentials are steep.
   @type {(window: number[], count: number, squared: boolean) => number[]} */
function grid([low, high], count, squared) {
  return Array.from({ length: count + 1 }, (_, i) => {
    const t = i / count;
    return low + (high - low) * (squared ? t * t : t);
  });
}

/* The smallest end of a fixed ladder that holds `peak`, so that an axis grows in visible steps. */
const LADDER = [1, 1.5, 2, 3, 5, 7.5, 10];
function axisEnd(peak) {
  const power = 10 ** Math.floor(Math.log10(peak));
  return power * LADDER.find((rung) => rung * power >= peak * 0.999999);
}

/* For Dash: other colours were chosen; the mode that results. */
function setTheme(chosen) {
  byId("theme-choice-select").value = chosen; // Dash does not set a list's
  if (chosen === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
  return mode();
}

/* Redraw when the page's type has another size, as on a projector. */
window.addEventListener("resize", () => {
  if (shown !== null && shown !== scale()) dash.set_props("theme", { data: mode() });
});

/* Redraw when the system changes the colours. */
darkScheme.addEventListener("change", () => {
  const isReady = byId("theme-choice-select"); // else there is no page yet
  if (isReady && !document.documentElement.dataset.theme) dash.set_props("theme", { data: mode() });
});

export {
  axisEnd,
  grid,
  isOpen,
  mode,
  onShow,
  plotOf,
  scale,
  setTheme,
  setTrace,
  showMoving,
  showNow,
  skeleton,
  trace,
  whenIdle,
};
