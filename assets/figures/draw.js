/* Filling and drawing figures. Their look comes from Python (components/figures/run_figures.py); here only numbers are put in. */
(function () {
  "use strict";
  const emlab = (window.emlab = window.emlab || {});
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  clientside.emlab = clientside.emlab || {};
  const SETTLE = 400; // ms without a move until plotly itself redraws, if the slider has not told Dash of its rest
  const darkScheme = window.matchMedia("(prefers-color-scheme: dark)");

  function mode() {
    const chosen = document.documentElement.dataset.theme;
    return chosen || (darkScheme.matches ? "dark" : "light");
  }

  /* Type, lines and marks of figures are as much larger than Python has them as the page's type is than browsers have
     it: in a lecture hall, or for somebody who has set a larger one. */
  const USUAL = 16;
  const SIZES = ["size", "width", "ticklen", "standoff", "l", "r", "t", "b"];
  const scale = () => parseFloat(getComputedStyle(document.documentElement).fontSize) / USUAL;

  function scaled(part, by) {
    if (part === null || typeof part !== "object") return part;
    if (Array.isArray(part)) return part.map((one) => scaled(one, by));
    const sized = (name, value) => (SIZES.includes(name) && typeof value === "number" ? value * by : scaled(value, by));
    return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, sized(name, value)]));
  }

  const larger = {}; // "id mode scale" -> skeleton
  let shown = null; // the scale of what was drawn last

  function sizedSkeleton(config, id, look) {
    const by = (shown = scale());
    if (by === 1) return config.skeletons[id][look];
    return (larger[`${id} ${look} ${by}`] ??= scaled(config.skeletons[id][look], by));
  }

  /* A fresh copy of a figure's skeleton, with those of its traces that are wanted: in the present colours and size,
     unless the config names a mode, as for what is saved or printed. */
  function skeleton(config, id, wanted = () => true) {
    const { data, layout } = config.mode ? config.skeletons[id][config.mode] : sizedSkeleton(config, id, mode());
    return structuredClone({ data: data.filter(wanted), layout });
  }

  const trace = (figure, uid) => figure.data.find((one) => one.uid === uid);

  const plotOf = (id) => document.querySelector(`#${id} .js-plotly-plot`);

  /* What each figure shows, for who reads it otherwise: as a table, or point by point. It is told at every move. */
  const onShow = {}; // id -> figure

  function tell(id, figure) {
    onShow[id] = figure;
    document.dispatchEvent(new CustomEvent("figure", { detail: id }));
  }

  /* Draw a figure whole. The first time it is drawn at once if it can be seen, else when there is time for it: so the
     view that opens first need not wait for the others. */
  function show(id, figure) {
    const plot = plotOf(id);
    if (plot) window.Plotly.react(plot, figure.data, figure.layout, plot._context);
    else wait(id, figure);
    tell(id, figure);
  }

  const waiting = new Map(); // id -> figure that was never drawn yet
  const LATEST = 2000; // ms: to a page embedded in another site's, Chromium may never say that there is time
  const { requestIdleCallback } = window; // Safari has none
  const whenIdle = (then) => (requestIdleCallback ? requestIdleCallback(then, { timeout: LATEST }) : setTimeout(then, 50));

  function wait(id, figure) {
    const place = document.getElementById(id);
    waiting.set(id, figure);
    load();
    if (canBeSeen(place)) return draw(id);
    opened.observe(place);
    whenIdle(drawNext);
  }

  const canBeSeen = (place) => place.offsetWidth && !place.closest(".view[hidden]"); // a closed view keeps its width

  function draw(id) {
    if (!window.Plotly) return;
    const figure = waiting.get(id);
    waiting.delete(id);
    const place = document.getElementById(id);
    opened.unobserve(place);
    sizes.observe(place);
    const plot = document.createElement("div");
    place.replaceChildren(plot);
    window.Plotly.newPlot(plot, figure.data, figure.layout, JSON.parse(place.dataset.config));
    plot.dispatchEvent(new CustomEvent("drawn", { bubbles: true }));
  }

  function drawNext() {
    const [id] = waiting.keys();
    if (!id || !window.Plotly) return;
    draw(id);
    whenIdle(drawNext);
  }

  const opened = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) if (isIntersecting && waiting.has(target.id)) draw(target.id);
  });

  const sizes = new ResizeObserver((entries) => {
    for (const { target, contentRect } of entries) {
      const plot = plotOf(target.id);
      if (contentRect.width && plot) fit(plot, target.id, contentRect);
    }
  });

  /* A figure in its room, which has become another, or can be seen again: what was drawn meanwhile knew no size. */
  async function fit(plot, id, size) {
    if (differs(plot._fullLayout, size)) {
      try {
        await window.Plotly.Plots.resize(plot);
      } catch {
        return; // hidden again meanwhile
      }
      tell(id, onShow[id]);
    }
    plot.dispatchEvent(new CustomEvent("resized", { bubbles: true }));
  }

  const differs = (full, { width, height }) => Math.abs(full.width - width) + Math.abs(full.height - height) > 1;

  let loading = false;

  /* plotly.js takes longer to run than the whole page to stand: so it runs when there is a figure to draw. */
  async function load() {
    if (loading || window.Plotly) return;
    loading = true;
    await emlab.network.plotly(document.getElementById("plotly").href);
    for (const id of [...waiting.keys()]) if (canBeSeen(document.getElementById(id))) draw(id);
    whenIdle(drawNext);
  }

  const pending = {};

  /* Draw a figure at once by writing the paths of its curves, and let plotly catch up when the movement has settled.
     A whole redraw costs more than a frame; a path does not. `marks` are the points of each of the figure's shapes. */
  function showMoving(id, figure, marks) {
    clearTimeout(pending[id]);
    const plot = plotOf(id);
    if (!plot || !sameAxes(plot, figure) || !writePaths(plot, figure)) return show(id, figure);
    if (marks) writeMarks(plot, marks);
    tell(id, figure);
    pending[id] = setTimeout(() => show(id, figure), SETTLE);
  }

  function showNow(id, figure) {
    clearTimeout(pending[id]);
    show(id, figure);
  }

  function sameAxes(plot, figure) {
    const full = plot._fullLayout;
    if (!full || !full.xaxis || !plot.querySelector(".main-svg")) return false;
    return Object.keys(figure.layout)
      .filter((name) => /^[xy]axis\d*$/.test(name))
      .every((name) => {
        const { type = "linear", range } = figure.layout[name];
        return (
          type === full[name].type && (!range || range.every((end, i) => Math.abs(end - full[name].range[i]) < 1e-9))
        );
      });
  }

  const axis = (full, name, letter) => full[(name || letter).replace(letter, `${letter}axis`)];

  function writePaths(plot, figure) {
    const full = plot._fullLayout;
    const writes = [];
    for (const one of figure.data) {
      if (one.visible === false || one.type !== "scatter" || one.mode === "markers" || one.line?.width === 0) continue;
      const group = plot.querySelector(`.scatterlayer .trace${one.uid}`);
      const axes = [axis(full, one.xaxis, "x"), axis(full, one.yaxis, "y")];
      if (one.mode === "markers+text") {
        if (!group || !writePoints(group, one, ...axes)) return false;
        continue;
      }
      const line = group && group.querySelector("path.js-line");
      if (!line) return false;
      const path = pathOf(one, ...axes);
      writes.push([line, path.line]);
      const fill = group.querySelector("path.js-fill");
      if (fill) writes.push([fill, path.fill]);
    }
    for (const [node, d] of writes) node.setAttribute("d", d);
    return true;
  }

  /* Marks with words beside them: as many as there were. */
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

  /* Ticks of each shape: { xs, low, high } in data units of the second row of axes. */
  function writeMarks(plot, marks) {
    const { xaxis, yaxis2 } = plot._fullLayout;
    marks.forEach(({ xs, low, high }, i) => {
      const node = plot.querySelector(`.shapelayer path[data-index="${i}"]`);
      if (!node) return;
      const [from, to] = [low, high].map((y) => (yaxis2._offset + yaxis2.d2p(y)).toFixed(1));
      node.setAttribute("d", xs.map((x) => `M${(xaxis._offset + xaxis.d2p(x)).toFixed(1)},${from}V${to}`).join(""));
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
      line += (i ? "L" : "M") + px + "," + py;
      if (first === null) first = px;
      last = px;
    }
    const base = yaxis.type === "log" ? floor : yaxis.d2p(0).toFixed(2);
    return { line, fill: `${line}L${last},${base}L${first},${base}Z` };
  }

  /* The smallest axis end of a fixed ladder that holds `peak`: so an axis grows in visible steps. */
  const LADDER = [1, 1.5, 2, 3, 5, 7.5, 10];
  function axisEnd(peak) {
    const power = 10 ** Math.floor(Math.log10(peak));
    return power * LADDER.find((rung) => rung * power >= peak * 0.999999);
  }

  clientside.emlab.theme = function (chosen) {
    if (chosen === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen;
    return mode();
  };

  emlab.figures = { mode, onShow, scale, skeleton, trace, plotOf, showMoving, showNow, axisEnd, whenIdle };

  /* Draw anew when the page's type has another size: on a projector, say. */
  window.addEventListener("resize", () => {
    if (shown !== null && shown !== scale()) window.dash_clientside.set_props("theme", { data: mode() });
  });

  /* Re-announce the colours when the system changes them. */
  darkScheme.addEventListener("change", () => {
    const there = document.getElementById("theme-choice-system"); // else there is no page yet
    if (there && !document.documentElement.dataset.theme) window.dash_clientside.set_props("theme", { data: mode() });
  });
})();
