/* An observation at which one points in one of the two large figures, or walks by keyboard, is marked in the other. */
import { byId, element } from "../../core/dom.mjs";
import * as figures from "../../figures/draw.mjs";
import { hasPlace, pixelOf, sizeOf } from "../../figures/paths.mjs";

/** @type {Record<string, string>} */
const OTHER = { "data-figure": "posterior-figure", "posterior-figure": "data-figure" };

/** @type {{ id: string, n: number } | null} */
let pointed = null; // the figure in which an observation is pointed at, and the observation's index among those drawn
/** @type {HTMLElement[]} */
let marks = [];

/** Point at a point of a trace, or at none. Traces of observations have the index of each.
   @type {(id: string, trace?: Trace, i?: number) => void} */
function point(id, trace, i) {
  const n = trace?.meta?.at?.[i];
  if (n !== undefined) pointed = { id, n };
  else if (pointed?.id === id) pointed = null;
  draw();
}

function draw() {
  for (const mark of marks) mark.remove();
  marks = [];
  if (!pointed) return;
  const other = OTHER[pointed.id];
  const plot = figures.plotOf(other);
  if (!plot || !sizeOf(plot)) return;
  for (const trace of figures.onShow[other].data) {
    const i = trace.meta?.at?.indexOf(pointed.n) ?? -1;
    if (i < 0 || !hasPlace(plot, "x", trace, trace.x[i])) continue; // 0 has none on log x
    const [left, top] = ["x", "y"].map((letter) => `${pixelOf(plot, letter, trace, trace[letter][i])}px`);
    const mark = element("div", [], { class: "figure-mark linked", "aria-hidden": "true" });
    Object.assign(mark.style, { left, top });
    byId(other).parentElement.append(mark); // a child of the figure itself has all of its height
    marks.push(mark);
  }
}

document.addEventListener("drawn", ({ target: plot }) => {
  const { id } = plot.parentElement;
  if (!(id in OTHER)) return;
  plot.on("plotly_hover", ({ points: [one] }) => point(id, one.data, one.pointNumber));
  plot.on("plotly_unhover", () => point(id));
});

document.addEventListener("point", ({ detail: { id, trace, i } }) => id in OTHER && point(id, trace, i));

/* The figure has changed under the marks. */
document.addEventListener("figure", ({ detail: id }) => {
  if (pointed && OTHER[pointed.id] === id) draw();
});
