/* Paths of curves and marks, written straight into a figure that plotly has drawn: what is seen while a slider is
   dragged or a run plays. A redraw by plotly or by a Dash callback takes longer than a frame (`python -m
   benchmarks.drag`).

   This is the only module that knows plotly's insides: classes of its elements, `_fullLayout` and its axes (`d2p`,
   `_offset`, `_length`). They are those of plotly.js 4.1.1 (assets/vendor/plotly). */

/** The axis of a trace.
   @type {(layout: any, letter: string, trace: Values) => any} */
const axisOf = (layout, letter, { [`${letter}axis`]: name }) =>
  layout[(name || letter).replace(letter, `${letter}axis`)];

/* Size of a plot in pixels; undefined if nothing is drawn yet. */
const sizeOf = ({ _fullLayout: full }) => full && { width: full.width, height: full.height };

/* The options that a plot was drawn with. */
const optionsOf = (plot) => plot._context;

/* The pixel of a value on an axis of a trace, within the frame; of 0 on a logarithmic one, its low end. */
function pixelOf(plot, letter, trace, value) {
  const axis = axisOf(plot._fullLayout, letter, trace);
  const at = axis.d2p(value);
  const low = letter === "x" ? 0 : axis._length;
  return axis._offset + Math.min(Math.max(Number.isFinite(at) ? at : low, 0), axis._length);
}

/* Whether a value has a place on its axis: 0 has none on a logarithmic one. */
const hasPlace = (plot, letter, trace, value) => Number.isFinite(axisOf(plot._fullLayout, letter, trace).d2p(value));

/* Write a figure with its marks into the plot of an earlier one. False if plotly must draw: nothing is drawn yet, axes
   are others, or elements are missing. */
function writeMoved(plot, figure, marks) {
  if (!sameAxes(plot, figure) || !writePaths(plot, figure)) return false;
  if (marks) writeMarks(plot, marks);
  return true;
}

/** @type {(plot: Plot, figure: Figure) => boolean} */
function sameAxes(plot, figure) {
  const full = plot._fullLayout;
  if (!full || !full.xaxis || !plot.querySelector(".main-svg")) return false;
  const names = Object.keys(figure.layout).filter((name) => /^[xy]axis\d*$/.test(name));
  return names.every((name) => {
    const { type = "linear", range } = figure.layout[name];
    return type === full[name].type && (range ?? []).every((end, i) => Math.abs(end - full[name].range[i]) < 1e-9);
  });
}

/** @type {(plot: Plot, figure: Figure) => boolean} */
function writePaths(plot, figure) {
  const full = plot._fullLayout;
  const writes = [];
  for (const one of figure.data) {
    if (one.visible === false || one.type !== "scatter" || one.mode === "markers" || one.line?.width === 0) continue;
    const group = plot.querySelector(`.scatterlayer .trace${one.uid}`);
    const axes = ["x", "y"].map((letter) => axisOf(full, letter, one));
    if (one.mode === "markers+text") {
      if (!group || !writePoints(group, one, ...axes)) return false;
      continue;
    }
    const line = group?.querySelector("path.js-line");
    if (!line) return false;
    const path = pathOf(one, ...axes);
    writes.push([line, path.line]);
    const fill = group.querySelector("path.js-fill");
    if (fill) writes.push([fill, path.fill]);
  }
  for (const [node, d] of writes) node.setAttribute("d", d);
  return true;
}

/* Marks with words beside them, if their number is the same. */
function writePoints(group, { x, y, text }, xaxis, yaxis) {
  const marks = group.querySelectorAll("path.point");
  const words = group.querySelectorAll(".textpoint text");
  if (marks.length !== x.length || words.length !== x.length) return false;
  marks.forEach((mark, i) => {
    const [px, py] = [xaxis.d2p(x[i]).toFixed(2), yaxis.d2p(y[i]).toFixed(2)];
    mark.setAttribute("transform", `translate(${px},${py})`);
    words[i].setAttribute("x", px);
    words[i].setAttribute("y", py);
    if (words[i].textContent !== text[i]) words[i].textContent = text[i];
  });
  return true;
}

/* Faster than toFixed, which takes most of the time of a step. */
const tenths = (pixels) => Math.round(10 * pixels) / 10;

/** Marks of each shape: { xs, ys, half } in data units of the second row of axes.
   @type {(plot: Plot, marks: Marks[]) => void} */
function writeMarks(plot, marks) {
  const { xaxis, yaxis2 } = plot._fullLayout;
  const rows = Math.abs(yaxis2.d2p(1) - yaxis2.d2p(0)); // px
  marks.forEach(({ xs, ys, half }, i) => {
    const node = plot.querySelector(`.shapelayer path[data-index="${i}"]`);
    if (!node) return;
    const [left, top, tall] = [xaxis._offset, yaxis2._offset - half * rows, tenths(2 * half * rows)];
    const place = (x, y) => `M${tenths(left + xaxis.d2p(x))},${tenths(top + yaxis2.d2p(y))}v${tall}`;
    node.setAttribute("d", xs.map((x, at) => place(x, ys[at])).join(""));
  });
}

function pathOf(one, xaxis, yaxis) {
  const floor = yaxis._length + 1000; // well under the frame; plotly clips
  let line = "";
  let first = null;
  let last = null;
  for (let i = 0; i < one.x.length; i++) {
    const px = xaxis.d2p(one.x[i]).toFixed(2);
    const y = yaxis.d2p(one.y[i]);
    const py = Number.isFinite(y) ? Math.min(Math.max(y, -1000), floor).toFixed(2) : floor;
    line += `${i ? "L" : "M"}${px},${py}`;
    if (first === null) first = px;
    last = px;
  }
  const base = yaxis.type === "log" ? floor : yaxis.d2p(0).toFixed(2);
  return { line, fill: `${line}L${last},${base}L${first},${base}Z` };
}

export { axisOf, hasPlace, optionsOf, pixelOf, sizeOf, writeMoved };
