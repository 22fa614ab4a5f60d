/* The two explorers: every move is drawn and described here, in the browser, with no request. */
(function () {
  "use strict";
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  clientside.emlab = clientside.emlab || {};
  const emlab = (window.emlab = window.emlab || {}); // its parts load in any order

  const POINTS = 500;
  const HEADROOM = 1.05;
  const TOO_SMALL = 3;
  const ANNOUNCE = 700; // ms of rest until the sentence is read aloud

  /* Points of a window: even, or (squared) closer and closer towards its left end, where exponentials are steep. */
  function grid([low, high], squared) {
    return Array.from({ length: POINTS + 1 }, (_, i) => {
      const t = i / POINTS;
      return low + (high - low) * (squared ? t * t : t);
    });
  }

  const kept = {}; // view -> name -> last good value
  const axes = {}; // view -> { end, of } : the y axis on show, and what it belongs to

  /* The y axis: it stays while the curve fits, grows at once when it would not, and shrinks only when the sliders rest
     and the curve has become small in it. */
  function axisEnd(view, peak, of, how) {
    const fitting = emlab.figures.axisEnd(peak * HEADROOM);
    const shown = axes[view];
    const small = how === emlab.figures.showNow && shown && fitting * TOO_SMALL < shown.end;
    if (how === "fresh" || !shown || shown.of !== of || fitting > shown.end || small) axes[view] = { end: fitting, of };
    return axes[view].end;
  }

  const timers = {};
  function announce(view, text) {
    clearTimeout(timers[view]);
    timers[view] = setTimeout(() => emlab.controls.say(`${view}-announcement`, text), ANNOUNCE);
  }

  const views = {}; // view -> what it was last called with by Dash: the options beside the parameters
  const makers = {}; // view -> what makes its figure

  function explorer(view, describe) {
    /* The figure of the last good values, and what is said of them. */
    function make(config, how, fresh = false) {
      const { inputs } = views[view];
      const parameters = config.parameters[view];
      const values = Object.fromEntries(parameters.map((p) => [p.name.replace(`${view}-`, ""), kept[view][p.name]]));
      const { figure, peak, of, sentence } = describe(config, values, inputs);
      const end = axisEnd(view, peak, of, fresh ? "fresh" : how);
      const log = of.endsWith("log");
      Object.assign(figure.layout.yaxis, {
        type: log ? "log" : "linear",
        dtick: log ? 1 : undefined,
        range: log ? [Math.log10(config.logFloor), Math.log10(end)] : [0, end],
      });
      return { figure, values, sentence };
    }

    function draw(how, fresh) {
      const { figure, values, sentence } = make(views[view].config, how, fresh);
      how(`${view}-figure`, figure);
      emlab.controls.say(`${view}-pi2`, (1 - values.pi1).toFixed(3));
      emlab.controls.say(`${view}-sentence`, sentence);
      announce(view, sentence);
    }

    makers[view] = make;
    return function () {
      const context = clientside.callback_context;
      const [config] = Object.values(context.states);
      const parameters = config.parameters[view];
      if (!kept[view]) {
        kept[view] = { ...emlab.controls.defaults(parameters), ...config.link.values };
        emlab.link.begin(config);
        emlab.controls.lookAfter(parameters, kept[view], config, () => draw(emlab.figures.showMoving));
      }
      views[view] = { config, inputs: context.inputs };
      const reset = emlab.controls.wasTriggered(context, `${view}-reset`);
      if (reset) emlab.controls.reset(parameters, kept[view]);
      else emlab.controls.read(context);
      draw(emlab.figures.showNow, reset);
    };
  }

  function fillCurves(figure, family, p, xs, components) {
    const mixture = emlab.figures.trace(figure, "mixture");
    Object.assign(mixture, { x: xs, y: emlab.densities.mixture(family, p, xs) });
    for (const k of [0, 1])
      Object.assign(emlab.figures.trace(figure, `component-${k}`), {
        x: xs,
        y: emlab.densities.weightedComponent(family, p, k, xs),
        visible: components,
      });
    return Math.max(...mixture.y);
  }

  /* Parameters and values of both, for the link. */
  const state = (config) => Object.keys(kept).map((view) => [config.parameters[view], kept[view]]);

  clientside.emlab.gaussian = explorer("gaussian", (config, v, inputs) => {
    const { fill, format } = emlab.controls;
    const figure = emlab.figures.skeleton(config, "gaussian-figure");
    const p = { weights: [v.pi1, 1 - v.pi1], means: [v.mu1, v.mu2], stds: [v.sigma1, v.sigma2] };
    const xs = grid(config.windows.gaussian, false);
    const peak = fillCurves(figure, "gaussian", p, xs, inputs["gaussian-components.data"]);
    const { mean, std } = emlab.densities.moments("gaussian", p);
    const at = emlab.densities.modes(p);
    const modes = fill(config.sentences[at.length === 1 ? "one_mode" : "many_modes"], {
      count: at.length,
      at: at.map((mode) => format(mode, 3)).join(" and "),
    });
    const sentence = fill(config.sentences.gaussian, { mean: format(mean, 3), std: format(std, 3), modes });
    return { figure, peak, of: "linear", sentence };
  });

  clientside.emlab.exponential = explorer("exponential", (config, v, inputs) => {
    const { fill, format } = emlab.controls;
    const figure = emlab.figures.skeleton(config, "exponential-figure");
    const parametrisation = inputs["parametrisation.data"];
    const axis = inputs["y-axis.data"];
    const lambdas = [v.lambda1, v.lambda2];
    const scales = parametrisation === "rate" ? lambdas.map((rate) => 1 / rate) : lambdas;
    const p = { weights: [v.pi1, 1 - v.pi1], scales };
    const window = config.windows[parametrisation];
    const xs = grid(window, true);
    let peak = fillCurves(figure, "exponential", p, xs, inputs["exponential-components.data"]);
    figure.layout.xaxis.range = [...window];

    const notebook = inputs["notebook-curve.data"];
    const y = emlab.densities.notebookCurve(p.weights, lambdas, xs);
    Object.assign(emlab.figures.trace(figure, "notebook"), { x: xs, y, visible: notebook });
    if (notebook) peak = Math.max(peak, ...y);

    const { mean, std, cv2 } = emlab.densities.moments("exponential", p);
    let sentence = fill(config.sentences.exponential, {
      mean: format(mean, 3),
      std: format(std, 3),
      cv2: format(cv2, 3),
      half_life: format(emlab.densities.halfLife(p), 3),
    });
    if (notebook) {
      const area = emlab.densities.notebookArea(p.weights, lambdas);
      const words = Math.abs(area - 1) < 1e-9 ? "notebook_one" : "notebook";
      sentence += " " + fill(config.sentences[words], { area: format(area, 3) });
    }
    document.querySelector("#view-exponential .of-notebook").parentElement.hidden = !notebook;
    for (const { name, label } of config.parameters.exponential) {
      const shown = (parametrisation === "rate" && config.rateLabels[name]) || label;
      for (const control of ["slider", "box"]) emlab.controls.say(`${name}-${control}-label`, shown);
    }
    return { figure, peak, of: `${parametrisation} ${notebook} ${axis}`, sentence };
  });

  /* The figure of a view as it is on show. */
  const figureOf = (view, config) => makers[view](config, emlab.figures.showMoving).figure;

  /* What is set in a view: labels and values. */
  const settings = (view) =>
    views[view].config.parameters[view].map(({ name }) => [document.getElementById(`${name}-box-label`).textContent, kept[view][name]]);

  emlab.explorers = { figureOf, settings, state };
})();
