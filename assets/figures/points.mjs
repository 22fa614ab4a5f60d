/* Walking along the points of a figure by keyboard: arrow keys move a mark, and its point is read out. It begins when a
   figure gets the focus from the keyboard: after a click the arrow keys remain the page's. */
import { byId, element } from "../core/dom.mjs";
import * as events from "../core/events.mjs";
import { fill, format } from "../core/text.mjs";
import * as figures from "./draw.mjs";
import { axisOf, pixelOf, sizeOf } from "./paths.mjs";
import { registered } from "./registry.mjs";

const SPOKEN = 200; // ms of rest until a point is read aloud
const LEAP = 10; // Page keys: leaps from end to end
const SMALL = 1e-9;

let pointed = false; // whether the last input was by a pointer
/** @type {{ graph: HTMLElement, id: string, uid?: string, i?: number, j?: number, mark: HTMLElement,
     readout: HTMLElement, live: HTMLElement, speaking?: ReturnType<typeof setTimeout> }} */
let walk = null; // uid after the first step, j on a surface

const figureOf = (id) => figures.onShow[id];
const isCurve = ({ uid, type, visible, x }) =>
  visible !== false && (type === "scatter" || type === "bar") && x?.length > 0 && !/^(cursor|casing)/.test(uid);
const isSurface = ({ type }) => type === "contour";

/** The traces to walk along: the surface, or else the curves.
   @param {Figure} figure */
function curves({ data }) {
  const surface = data.filter(isSurface);
  return surface.length ? surface : data.filter(isCurve);
}

/* The present point of a trace. */
const pointOf = (trace) => ({ x: trace.x[walk.i], y: trace.y[isSurface(trace) ? walk.j : walk.i] });

const plain = (text) => (text || "").replace(/<[^>]+>/g, "");

/** The title of an axis up to its first comma.
   @type {(figure: Figure, letter: string, trace: Values) => string} */
const titleOf = ({ layout }, letter, trace) => plain(axisOf(layout, letter, trace).title?.text).split(",")[0];

/** The name of a trace: the figure's own for it, or the legend's without the sign of its component.
   @type {(figure: Figure, trace: Trace) => string} */
function nameOf(figure, trace) {
  const name = registered[figure.id].nameOf?.(figure, trace) || trace.name || events.config().figureWords[trace.uid];
  return plain(name).replace(/^[^\p{L}\p{N}]+/u, "");
}

const number = (value) => (Number.isInteger(value) ? String(value).replace("-", "−") : format(value, 4));
const equals = (name, value) => fill(events.config().figureWords.equals, { name, value });

/** Of an observation: its responsibilities and, where the horizontal axis is its rank, its value. Null of all else.
   @type {(trace: Trace, i: number) => string[] | null} */
function observation({ uid, customdata }, i) {
  const [, kind] = uid.match(/^(observations|posterior)/) ?? [];
  if (!kind) return null;
  const [x, q] =
    kind === "posterior" ? [[equals("x", number(customdata[i][0]))], customdata[i].slice(1)] : [[], customdata[i]];
  return [...x, ...q.map((share, k) => equals(`q${k}`, number(share)))];
}

/** @type {(figure: Figure, trace: Trace) => string} */
function describe(figure, trace) {
  const { i, j } = walk;
  const { figureWords: words } = events.config();
  const half = (trace.width?.[i] ?? 0) / 2;
  const { x, y } = pointOf(trace);
  const height = trace.meta?.values?.[i] ?? y; // of a band, its own
  const across = half ? fill(words.between, { from: number(x - half), to: number(x + half) }) : number(x);
  const level = isSurface(trace) ? [equals(words.height, format(trace.customdata[j][i], 7))] : [];
  const up = observation(trace, i) ?? [equals(titleOf(figure, "y", trace), number(height))];
  const name = curves(figure).length > 1 ? [nameOf(figure, trace)] : [];
  return [equals(titleOf(figure, "x", trace), across), ...up, ...level, ...name].join(", ");
}

/* The last description of a figure names its keys. */
const keysOf = (graph) => byId(graph.getAttribute("aria-describedby").split(" ").at(-1)).textContent;

function begin(graph) {
  if (!events.config()) return; // the page is not there yet
  if (walk) end(); // a figure that is hidden loses the focus without an event
  const mark = element("div", [], { class: "figure-mark", "aria-hidden": "true", hidden: "" });
  const readout = element("p", keysOf(graph), { class: "figure-readout", "aria-hidden": "true" });
  const live = element("p", [], { class: "unseen", "aria-live": "polite" });
  graph.append(mark, readout, live);
  walk = { graph, id: graph.querySelector("[data-config]").id, mark, readout, live };
}

function end() {
  clearTimeout(walk.speaking);
  for (const part of [walk.mark, walk.readout, walk.live]) part.remove();
  tell();
  walk = null;
}

/* As before the first step. */
function reset() {
  delete walk.uid;
  walk.mark.hidden = true;
  walk.readout.textContent = keysOf(walk.graph);
  walk.live.textContent = "";
  tell();
}

/* Tell listeners at which point one is: the trace and the index in it, or none. */
function tell(trace = null) {
  document.dispatchEvent(new CustomEvent("point", { detail: { id: walk.id, trace, i: walk.i } }));
}

/* Show the mark and the text of the present point; if `spoken`, the text is read aloud after a moment. */
function show(spoken) {
  const figure = figureOf(walk.id);
  const all = curves(figure);
  const trace = all.find(({ uid }) => uid === walk.uid) || all[0];
  if (!trace) return reset();
  walk.uid = trace.uid;
  clamp(trace);
  const plot = figures.plotOf(walk.id);
  if (plot && sizeOf(plot)) place(plot, trace);
  tell(trace);
  const text = describe(figure, trace);
  walk.readout.textContent = text;
  clearTimeout(walk.speaking);
  if (spoken) walk.speaking = setTimeout(() => (walk.live.textContent = text), SPOKEN);
}

function place(plot, trace) {
  const { x, y } = pointOf(trace);
  const [left, top] = [pixelOf(plot, "x", trace, x), pixelOf(plot, "y", trace, y)];
  walk.mark.hidden = false;
  Object.assign(walk.mark.style, { left: `${left}px`, top: `${top}px` });
}

/* Keep the point on the trace after a step or a change of the figure. */
function clamp(trace) {
  const within = (at, { length }) => Math.min(Math.max(at, 0), length - 1);
  walk.i = within(walk.i, trace.x);
  if (isSurface(trace)) walk.j = within(walk.j, trace.y);
}

/* The first point: the run's on a surface, the highest of a mixture density, or a curve's first. */
function first(all, figure) {
  if (isSurface(all[0])) {
    const here = figures.trace(figure, "here");
    return { uid: all[0].uid, i: nearest(all[0].x, here.x[0]), j: nearest(all[0].y, here.y[0]) };
  }
  const trace = all.find(({ uid }) => uid === "mixture") || all.find(({ uid }) => !uid.includes("true")) || all[0];
  const highest = trace.y.reduce((best, y, i) => (y > trace.y[best] + SMALL ? i : best), 0);
  return { uid: trace.uid, i: trace.uid === "mixture" ? highest : 0 };
}

const nearest = (xs, x) => xs.reduce((best, one, i) => (Math.abs(one - x) < Math.abs(xs[best] - x) ? i : best), 0);

/* Another curve, at the point nearest to the present one. */
function across(all, trace, by) {
  const next = all[(all.indexOf(trace) + by + all.length) % all.length];
  return { uid: next.uid, i: nearest(next.x, trace.x[walk.i]) };
}

const leap = (trace) => Math.max(1, Math.round(trace.x.length / LEAP));
const moves = {
  ArrowRight: () => ({ i: walk.i + 1 }),
  ArrowLeft: () => ({ i: walk.i - 1 }),
  PageUp: (_, trace) => ({ i: walk.i + leap(trace) }),
  PageDown: (_, trace) => ({ i: walk.i - leap(trace) }),
  Home: () => ({ i: 0 }),
  End: (_, trace) => ({ i: trace.x.length - 1 }),
  ArrowUp: (all, trace) => across(all, trace, -1),
  ArrowDown: (all, trace) => across(all, trace, 1),
};

const upwards = { ArrowUp: () => 1, ArrowDown: () => -1, PageUp: leap, PageDown: (trace) => -leap(trace) };

function step(key) {
  const figure = figureOf(walk.id);
  const all = figure ? curves(figure) : [];
  if (!all.length) return;
  const trace = all.find(({ uid }) => uid === walk.uid);
  if (!trace) Object.assign(walk, first(all, figure));
  else if (isSurface(trace) && upwards[key]) walk.j += upwards[key](trace);
  else Object.assign(walk, moves[key](all, trace));
  show(true);
}

/* Tell listeners that Enter was pressed at a point. */
function enter() {
  const trace = curves(figureOf(walk.id)).find(({ uid }) => uid === walk.uid);
  const detail = { id: walk.id, ...pointOf(trace) };
  document.dispatchEvent(new CustomEvent("enter", { detail }));
}

// Before other listeners for arrow keys (run/walk.mjs)
document.addEventListener(
  "keydown",
  (event) => {
    pointed = false;
    if (!walk || event.target !== walk.graph || event.ctrlKey || event.altKey || event.metaKey) return;
    const action = moves[event.key] ? step : walk.uid && { Escape: reset, Enter: enter }[event.key];
    if (!action) return;
    event.preventDefault();
    action(event.key);
  },
  true
);

document.addEventListener("pointerdown", () => (pointed = true), true);

document.addEventListener("focusin", ({ target }) => {
  if (!pointed && target.matches('.graph[tabindex="0"]')) begin(target);
});

document.addEventListener("focusout", ({ target }) => {
  if (walk && target === walk.graph) end();
});

/* The figure has changed under the mark, which follows in silence. */
document.addEventListener("figure", ({ detail: id }) => {
  if (walk?.uid && walk.id === id) show(false);
});

export { nameOf, plain, titleOf };
