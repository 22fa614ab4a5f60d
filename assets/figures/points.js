/* Walking along the points of a figure by keyboard: the arrow keys move a mark, and what is there is read out. It begins
   when a figure has the focus from the keyboard: after a click the arrow keys are the page's, as they were. */
(function () {
  "use strict";
  const emlab = (window.emlab = window.emlab || {}); // its parts load in any order

  const SPOKEN = 200; // ms of rest until a point is read aloud
  const LEAP = 10; // Page keys: so many leaps from end to end
  const SMALL = 1e-9;

  let pointed = false; // whether the last that was used was a pointer
  let walk = null; // { graph, id, uid, i, j, mark, readout, live }; no uid before the first step, j on a surface only

  const figureOf = (id) => emlab.figures.onShow[id];
  const isCurve = ({ uid, type, visible, x }) =>
    visible !== false && (type === "scatter" || type === "bar") && x?.length > 0 && !uid.startsWith("cursor");
  const isSurface = ({ type }) => type === "contour";

  /* What is walked along: the curves, or the surface if there is one. */
  function curves({ data }) {
    const surface = data.filter(isSurface);
    return surface.length ? surface : data.filter(isCurve);
  }

  /* Where one is on a trace. */
  const pointOf = (trace) => ({ x: trace.x[walk.i], y: trace.y[isSurface(trace) ? walk.j : walk.i] });

  const plain = (text) => (text || "").replace(/<[^>]+>/g, "");
  const axisOf = ({ layout }, letter, { [`${letter}axis`]: name }) => layout[(name || letter).replace(letter, `${letter}axis`)];

  /* What stands at an axis, without what is said of it after a comma. */
  const titleOf = (figure, letter, trace) => plain(axisOf(figure, letter, trace).title?.text).split(",")[0];

  /* What the symbol of a parameter is, by the name at its axis. */
  function symbolOf(figure, trace, config) {
    const name = titleOf(figure, "y", trace);
    const key = Object.keys(config.parameterNames).find((one) => name.startsWith(config.parameterNames[one])); // a unit may follow
    return Object.values(config.symbols).find((symbols) => key in symbols)[key];
  }

  /* The name of a trace as it is said; the sign of its component stands apart. */
  function nameOf(figure, trace, config) {
    const { figureWords: said } = config;
    const [, kind, k] = trace.uid.match(/(component|true|observations|posterior)-(\d)$/) || [];
    if (trace.uid.startsWith("row")) {
      const symbol = emlab.controls.fill(symbolOf(figure, trace, config), { k });
      return kind === "true" ? emlab.controls.fill(said.true, { symbol }) : symbol;
    }
    if (trace.uid === "log-likelihood") return titleOf(figure, "y", trace);
    const name = kind === "observations" ? figure.layout.yaxis2.ticktext[k] : trace.name || said[trace.uid];
    return plain(name).replace(/^[^\p{L}\p{N}]+/u, "");
  }

  /* -- what is at a point ------------------------------------------------------------------------------------------- */

  function say(figure, trace) {
    const { i, j } = walk;
    const { fill, format } = emlab.controls;
    const config = emlab.events.config();
    const { figureWords: said } = config;
    const number = (value) => (Number.isInteger(value) ? String(value).replace("-", "−") : format(value, 4));
    const equals = (name, value) => fill(said.equals, { name, value });
    const half = (trace.width?.[i] ?? 0) / 2;
    const { x, y } = pointOf(trace);
    const across = half ? fill(said.between, { from: number(x - half), to: number(x + half) }) : number(x);
    const responsibilities = trace.uid.startsWith("observations") && trace.customdata[i].map((q, k) => equals(`q${k}`, number(q)));
    const height = isSurface(trace) ? [equals(said.height, format(trace.customdata[j][i], 7))] : [];
    const up = responsibilities || [equals(titleOf(figure, "y", trace), number(y))];
    const name = curves(figure).length > 1 ? [nameOf(figure, trace, config)] : [];
    return [equals(titleOf(figure, "x", trace), across), ...up, ...height, ...name].join(", ");
  }

  /* -- the mark and what is read out -------------------------------------------------------------------------------- */

  /* The last of what describes a figure says which keys there are. */
  const keysOf = (graph) => document.getElementById(graph.getAttribute("aria-describedby").split(" ").at(-1)).textContent;

  function begin(graph) {
    if (!emlab.events.config()) return; // the page is not there yet
    if (walk) end(); // a figure that was hidden lost the focus without a word
    const { element } = emlab.dom;
    const mark = element("div", [], { class: "figure-mark", "aria-hidden": "true", hidden: "" });
    const readout = element("p", keysOf(graph), { class: "figure-readout", "aria-hidden": "true" });
    const live = element("p", [], { class: "unseen", "aria-live": "polite" });
    graph.append(mark, readout, live);
    walk = { graph, id: graph.querySelector("[data-config]").id, mark, readout, live };
  }

  function end() {
    clearTimeout(walk.speaking);
    for (const part of [walk.mark, walk.readout, walk.live]) part.remove();
    walk = null;
  }

  /* Before the first step, and after Escape. */
  function rest() {
    delete walk.uid;
    walk.mark.hidden = true;
    walk.readout.textContent = keysOf(walk.graph);
    walk.live.textContent = "";
  }

  /* The mark where the point is, and its words; read aloud when they have stood for a moment, `spoken` only. */
  function show(spoken) {
    const figure = figureOf(walk.id);
    const all = curves(figure);
    const trace = all.find(({ uid }) => uid === walk.uid) || all[0];
    if (!trace) return rest();
    walk.uid = trace.uid;
    stay(trace);
    const full = emlab.figures.plotOf(walk.id)?._fullLayout;
    if (full) place(full, trace);
    const text = say(figure, trace);
    walk.readout.textContent = text;
    clearTimeout(walk.speaking);
    if (spoken) walk.speaking = setTimeout(() => (walk.live.textContent = text), SPOKEN);
  }

  function place(full, trace) {
    const pixel = (letter, value) => {
      const axis = axisOf({ layout: full }, letter, trace);
      const at = axis.d2p(value);
      return axis._offset + Math.min(Math.max(Number.isFinite(at) ? at : axis._length, 0), axis._length);
    };
    const { x, y } = pointOf(trace);
    walk.mark.hidden = false;
    Object.assign(walk.mark.style, { left: `${pixel("x", x)}px`, top: `${pixel("y", y)}px` });
  }

  /* On the trace, whatever the step or a change of the figure. */
  function stay(trace) {
    const within = (at, { length }) => Math.min(Math.max(at, 0), length - 1);
    walk.i = within(walk.i, trace.x);
    if (isSurface(trace)) walk.j = within(walk.j, trace.y);
  }

  /* -- steps -------------------------------------------------------------------------------------------------------- */

  /* Where one begins: on the strong line where it is highest, at a curve's first point, or where the run is on the surface. */
  function first(all, figure) {
    if (isSurface(all[0])) {
      const here = emlab.figures.trace(figure, "here");
      return { uid: all[0].uid, i: nearest(all[0].x, here.x[0]), j: nearest(all[0].y, here.y[0]) };
    }
    const trace = all.find(({ uid }) => uid === "mixture") || all.find(({ uid }) => !uid.includes("true")) || all[0];
    const highest = trace.y.reduce((best, y, i) => (y > trace.y[best] + SMALL ? i : best), 0);
    return { uid: trace.uid, i: trace.uid === "mixture" ? highest : 0 };
  }

  const nearest = (xs, x) => xs.reduce((best, one, i) => (Math.abs(one - x) < Math.abs(xs[best] - x) ? i : best), 0);

  /* Another curve, at the point nearest to where one was. */
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

  /* Whoever can do something at a point of a figure hears that Enter was pressed there. */
  function enter() {
    const trace = curves(figureOf(walk.id)).find(({ uid }) => uid === walk.uid);
    const detail = { id: walk.id, ...pointOf(trace) };
    document.dispatchEvent(new CustomEvent("enter", { detail }));
  }

  // Before anything else that hears of arrow keys (assets/run/walk.js)
  document.addEventListener(
    "keydown",
    (event) => {
      pointed = false;
      if (!walk || event.target !== walk.graph || event.ctrlKey || event.altKey || event.metaKey) return;
      const action = moves[event.key] ? step : walk.uid && { Escape: rest, Enter: enter }[event.key];
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

  /* The figure changes under the mark: it follows, in silence. */
  document.addEventListener("figure", ({ detail: id }) => {
    if (walk?.uid && walk.id === id) show(false);
  });

  emlab.figurePoints = { nameOf, plain, titleOf };
})();
