/* The two explorers: every move is drawn and described in the browser, without a request. */
import { dash } from "../core/dash.mjs";
import { defaults, delay, linked, read, register, reset, setText, wasTriggered } from "../core/controls.mjs";
import { byId } from "../core/dom.mjs";
import * as events from "../core/events.mjs";
import * as densities from "../maths/densities.mjs";
import * as features from "../core/features.mjs";
import { fill, format, settingInWords } from "../core/text.mjs";
import * as figures from "../figures/draw.mjs";
import { sizeOf } from "../figures/paths.mjs";
import * as registry from "../figures/registry.mjs";
import { densityTables } from "../figures/tables.mjs";
import * as drawnPoints from "./drawn_points.mjs";
import * as peaks from "./peaks.mjs";

const POINTS = 500;
const HEADROOM = 1.05;
const NARROW = 320; // px of a figure with too little room for a tick at each whole number
const TOO_SMALL = 3;
const WHOLE = 1.02; // end of an axis up to 1
const CLEAR = "\u2009"; // between a mode's label and a handle; also, plotly leaves out an empty label
const ANNOUNCE = 700; // ms of rest until the sentence is read aloud

/** @type {Record<string, Values>} */
const valid = {}; // view -> name -> last valid value
/** @type {Record<string, { end: number, of: string }>} */
const axes = {}; // view -> { end, of }: the y axis on show, and what it belongs to

/* The y axis grows at once with the curve, and shrinks only when the sliders rest and the curve is small in it. */
function axisEnd(view, peak, of, how) {
  const fitting = figures.axisEnd(peak * HEADROOM);
  const shown = axes[view];
  const small = how === figures.showNow && shown && fitting * TOO_SMALL < shown.end;
  if (how === "fresh" || !shown || shown.of !== of || fitting > shown.end || small) axes[view] = { end: fitting, of };
  return axes[view].end;
}

/* Width of a figure in pixels of normal type; plotly knows it without a layout of the page. */
function widthOf(id) {
  const plot = figures.plotOf(id);
  const { width } = (plot && sizeOf(plot)) ?? { width: byId(id).clientWidth };
  return width / figures.scale();
}

const announce = (view, text) => delay(ANNOUNCE, view, () => setText(`${view}-announcement`, text));

/** @type {Record<string, { config: Config, inputs: Values }>} */
const views = {}; // view -> { config, inputs } of Dash's last call

const tickStep = () => (widthOf("gaussian-figure") < NARROW ? 2 : 1);

/** An explorer: `mixtureOf` returns mixture and window for its values; `describe` adds what only its figure has.
   @param {string} view */
function explorer(view, mixtureOf, describe) {
  function valuesOf({ parameters }) {
    return Object.fromEntries(parameters[view].map((p) => [p.name.replace(`${view}-`, ""), valid[view][p.name]]));
  }

  /* The figure of the last valid values, and its sentence. */
  function make(config, how, fresh = false) {
    const { inputs } = views[view];
    const values = valuesOf(config);
    const { p, window } = mixtureOf(config, values, inputs);
    const quantity = inputs[`${view}-quantity.data`];
    const figure = figures.skeleton(config, `${view}-figure`);
    const xs = figures.grid(window, POINTS, view === "exponential");
    const highest = [
      fillCurves(figure, view, p, xs, quantity, inputs[`${view}-components.data`]),
      drawnPoints.fill(figure, view, p, window, quantity, config),
    ];
    const described = describe({ config, figure, values, p, xs, quantity, inputs });
    const { peak = 0, of = "", log = false, sentence } = described;
    const cumulative = quantity === "cumulative";
    const end = cumulative ? WHOLE : axisEnd(view, Math.max(peak, ...highest), `${of} ${log}`, fresh ? "fresh" : how);
    const { axis, curve } = config.quantities[quantity];
    figures.trace(figure, "mixture").name = curve;
    figure.layout.yaxis.title.text = axis;
    figure.layout.xaxis.range = [...window];
    if (view === "gaussian") figure.layout.xaxis.dtick = tickStep();
    Object.assign(figure.layout.yaxis, {
      type: log ? "log" : "linear",
      tickmode: log ? "array" : cumulative ? "linear" : "auto",
      dtick: cumulative ? 0.25 : undefined,
      range: log ? [Math.log10(config.logFloor), Math.log10(end)] : [0, end],
    });
    return { figure, p, values, sentence, curve };
  }

  /* Draw and describe; after a press of a button for points (`pressed`), announce them. */
  function draw(how, fresh = false, pressed = false) {
    const { config, inputs } = views[view];
    const gone = drawnPoints.follow(view, mixtureOf(config, valuesOf(config), inputs).p, config);
    const { figure, p, values, sentence, curve } = make(config, how, fresh);
    (gone ? figures.showNow : how)(`${view}-figure`, figure);
    const pointsSentence = drawnPoints.sentence(view, p, config);
    const components = inputs["gaussian-components.data"];
    if (view === "gaussian") peaks.place(figure, p, figures.trace(figure, "modes").visible && components);
    drawnPoints.show(view, pointsSentence, config);
    setText(`${view}-pi2`, (1 - values.pi1).toFixed(3));
    setText(`${view}-curve-name`, curve);
    setText(`${view}-sentence`, sentence);
    announce(view, pressed ? pointsSentence : sentence);
  }

  document.addEventListener("resized", ({ target: plot }) => {
    const isNew = view === "gaussian" && plot.closest("#gaussian-figure") && plot.layout.xaxis.dtick !== tickStep();
    if (isNew) draw(figures.showNow);
  });

  /** Labels and values, with those of points if there are any.
     @param {Config} config */
  function settingsInWords({ parameters: { [view]: parameters }, sentences }) {
    const labelOf = (name) => byId(`${name}-box-label`).textContent;
    const set = parameters.map(({ name }) => [labelOf(name), valid[view][name]]);
    const [ofPoints, values] = drawnPoints.state(view, views[view].config);
    const drawn = values[ofPoints[0].name] ? ofPoints.map(({ name, label }) => [label, values[name]]) : [];
    return [...set, ...drawn].map(([label, value]) => settingInWords(sentences, label, value));
  }

  registry.register(`${view}-figure`, {
    make: (config) => make(config, figures.showMoving),
    tables: densityTables,
    caption: (name) => [[name], settingsInWords(views[view].config).join(", ")],
  });
  features.register({
    view,
    linked: (config) => [
      ...linked(config.parameters[view], valid[view]),
      ...linked(...drawnPoints.state(view, config)),
    ],
    settings: (config) => [["", settingsInWords(config)]],
  });

  return function updateExplorer() {
    const context = dash.callback_context;
    const [config] = Object.values(context.states);
    if (!byId(`${view}-figure`)) return dash.no_update; // only the theme is there
    const parameters = config.parameters[view];
    if (!valid[view]) {
      valid[view] = { ...defaults(parameters), ...config.link.values };
      drawnPoints.begin(view, config);
      register(parameters, valid[view], config, () => draw(figures.showMoving));
    }
    views[view] = { config, inputs: context.inputs };
    const wasPressed = (name) => wasTriggered(context, `${view}-${name}`);
    const [restored, drawn, cleared] = ["reset", "draw", "clear"].map(wasPressed);
    if (restored) {
      reset(parameters, valid[view]);
      drawnPoints.reset(view, config);
    } else read(context);
    if (drawn) drawnPoints.draw(view, config);
    if (cleared) drawnPoints.clear(view, config);
    draw(figures.showNow, restored || cleared, drawn || cleared);
    for (const key of document.querySelectorAll(`#view-${view} .legend :is(.of-0, .of-1)`))
      key.parentElement.hidden = !context.inputs[`${view}-components.data`];
    events.viewReady(view, config);
    return dash.no_update;
  };
}

/** The greatest y of the curves.
   @type {(figure: Figure, family: string, p: Mixture, xs: number[], of: Quantity, components: boolean) => number} */
function fillCurves(figure, family, p, xs, quantity, components) {
  const mixture = figures.trace(figure, "mixture");
  Object.assign(mixture, { x: xs, y: densities.mixture(family, p, xs, quantity) });
  for (const k of [0, 1])
    figures.setTrace(figure, `component-${k}`, {
      x: xs,
      y: densities.weightedComponent(family, p, k, xs, quantity),
      visible: components,
    });
  return Math.max(...mixture.y);
}

const gaussianOf = (config, v) => ({
  p: { weights: [v.pi1, 1 - v.pi1], means: [v.mu1, v.mu2], stds: [v.sigma1, v.sigma2] },
  window: config.windows.gaussian,
});

const gaussian = explorer("gaussian", gaussianOf, ({ config, figure, p, quantity }) => {
  const { mean, std } = densities.moments("gaussian", p);
  const at = densities.shownModes(p).map((mode) => [mode, format(mode, 3)]);
  const { sentences } = config;
  const marked = at.length === 1 ? [[at[0][0], null], at[0]] : at; // always two, so that their marks can be moved
  const x = marked.map(([mode]) => mode);
  figures.setTrace(figure, "modes", {
    x,
    y: densities.mixture("gaussian", p, x),
    text: marked.map(([, words], i) => {
      const label = words === null ? "" : fill(sentences.mode, { at: words });
      return i === 0 ? label + CLEAR : CLEAR + label;
    }),
    visible: quantity === "density",
  });
  const modes = fill(sentences[at.length === 1 ? "one_mode" : "many_modes"], {
    count: at.length,
    at: at.map(([, words]) => words).join(" and "),
  });
  const parts = [fill(sentences.gaussian, { mean: format(mean, 3), std: format(std, 3), modes })];
  if (quantity === "cumulative") parts.push(sentences.gaussian_cumulative);
  return { sentence: parts.join(" ") };
});

const lambdasOf = (v) => [v.lambda1, v.lambda2];

function exponentialOf(config, v, inputs) {
  const parametrisation = inputs["parametrisation.data"];
  const scales = parametrisation === "rate" ? lambdasOf(v).map((rate) => 1 / rate) : lambdasOf(v);
  return { p: { weights: [v.pi1, 1 - v.pi1], scales }, window: config.windows[parametrisation] };
}

const exponential = explorer("exponential", exponentialOf, (shown) => {
  const { config, figure, values, p, xs, quantity, inputs } = shown;
  const { sentences } = config;
  const parametrisation = inputs["parametrisation.data"];
  const wanted = inputs["notebook-curve.data"];
  const notebook = wanted && quantity === "density";
  const lambdas = lambdasOf(values);
  const y = densities.notebookCurve(p.weights, lambdas, xs);
  figures.setTrace(figure, "notebook", { x: xs, y, visible: notebook });

  const { mean, std, cv2 } = densities.moments("exponential", p);
  const numbers = { mean, std, cv2, half_life: densities.halfLife(p) };
  const texts = Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, format(value, 3)]));
  const parts = [fill(sentences.exponential, texts)];
  if (quantity === "cumulative") parts.push(sentences.exponential_cumulative);
  if (notebook) {
    const area = densities.notebookArea(p.weights, lambdas);
    const words = Math.abs(area - 1) < 1e-9 ? "notebook_one" : "notebook";
    parts.push(fill(sentences[words], { area: format(area, 3) }));
  } else if (wanted) parts.push(sentences.notebook_cumulative);
  document.querySelector("#view-exponential .of-notebook").parentElement.hidden = !notebook;
  for (const { name, label } of config.parameters.exponential) {
    const text = (parametrisation === "rate" && config.rateLabels[name]) || label;
    for (const control of ["slider", "box"]) setText(`${name}-${control}-label`, text);
  }
  return {
    peak: notebook ? Math.max(...y) : 0,
    of: `${parametrisation} ${notebook}`,
    log: inputs["y-axis.data"] === "log",
    sentence: parts.join(" "),
  };
});

export { exponential, gaussian };
