/* The two explorers: every move is drawn and described here, in the browser, with no request. */
(function () {
  "use strict";
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  clientside.emlab = clientside.emlab || {};
  const emlab = (window.emlab = window.emlab || {}); // its parts load in any order

  const POINTS = 500;
  const HEADROOM = 1.05;
  const NARROW = 320; // px of a figure in which a tick at each whole number is one too many
  const TOO_SMALL = 3;
  const WHOLE = 1.02; // end of an axis up to 1
  const CLEAR = "\u2009"; // between a mode's label and a handle; also, plotly makes nothing of an empty label
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

  /* Width of a figure, in pixels as they are where nothing is enlarged; plotly knows it without a look at the page. */
  function room(id) {
    const width = emlab.figures.plotOf(id)?._fullLayout?.width ?? document.getElementById(id).clientWidth;
    return width / emlab.figures.scale();
  }

  const timers = {};
  function announce(view, text) {
    clearTimeout(timers[view]);
    timers[view] = setTimeout(() => emlab.controls.say(`${view}-announcement`, text), ANNOUNCE);
  }

  const views = {}; // view -> what it was last called with by Dash: the options beside the parameters
  const makers = {}; // view -> what makes its figure

  /* An explorer: `mixtureOf` its values, with the window it is seen in, and what is particular to its figure. */
  function explorer(view, mixtureOf, describe) {
    function valuesOf({ parameters }) {
      return Object.fromEntries(parameters[view].map((p) => [p.name.replace(`${view}-`, ""), kept[view][p.name]]));
    }

    /* The figure of the last good values, and what is said of them. */
    function make(config, how, fresh = false) {
      const { inputs } = views[view];
      const values = valuesOf(config);
      const { p, window } = mixtureOf(config, values, inputs);
      const quantity = inputs[`${view}-quantity.data`];
      const figure = emlab.figures.skeleton(config, `${view}-figure`);
      const xs = grid(window, view === "exponential");
      const peaks = [
        fillCurves(figure, view, p, xs, quantity, inputs[`${view}-components.data`]),
        emlab.points.fill(figure, view, p, window, quantity, config),
      ];
      const { peak = 0, of = "", log = false, sentence } = describe({ config, figure, values, p, xs, quantity, inputs });
      const cumulative = quantity === "cumulative";
      const end = cumulative ? WHOLE : axisEnd(view, Math.max(peak, ...peaks), `${of} ${log}`, fresh ? "fresh" : how);
      const { axis, curve } = config.quantities[quantity];
      emlab.figures.trace(figure, "mixture").name = curve;
      figure.layout.yaxis.title.text = axis;
      figure.layout.xaxis.range = [...window];
      if (view === "gaussian") figure.layout.xaxis.dtick = room(`${view}-figure`) < NARROW ? 2 : 1;
      Object.assign(figure.layout.yaxis, {
        type: log ? "log" : "linear",
        tickmode: log ? "array" : cumulative ? "linear" : "auto",
        dtick: cumulative ? 0.25 : undefined,
        range: log ? [Math.log10(config.logFloor), Math.log10(end)] : [0, end],
      });
      return { figure, p, values, sentence, curve };
    }

    /* Draw and describe; `pressed` if it was points that were asked for. */
    function draw(how, fresh = false, pressed = false) {
      const { config, inputs } = views[view];
      const gone = emlab.points.keepTo(view, mixtureOf(config, valuesOf(config), inputs).p, config);
      const { figure, p, values, sentence, curve } = make(config, how, fresh);
      (gone ? emlab.figures.showNow : how)(`${view}-figure`, figure);
      const ofPoints = emlab.points.words(view, p, config);
      if (view === "gaussian") emlab.peaks.place(figure, p, emlab.figures.trace(figure, "modes").visible && inputs["gaussian-components.data"]);
      emlab.points.show(view, ofPoints, config);
      emlab.controls.say(`${view}-pi2`, (1 - values.pi1).toFixed(3));
      emlab.controls.say(`${view}-curve-name`, curve);
      emlab.controls.say(`${view}-sentence`, sentence);
      announce(view, pressed ? ofPoints : sentence);
    }

    makers[view] = make;
    return function () {
      const context = clientside.callback_context;
      const [config] = Object.values(context.states);
      if (!document.getElementById(`${view}-figure`)) return clientside.no_update; // the theme is told before it is there
      const parameters = config.parameters[view];
      if (!kept[view]) {
        kept[view] = { ...emlab.controls.defaults(parameters), ...config.link.values };
        emlab.points.begin(view, config);
        emlab.controls.lookAfter(parameters, kept[view], config, () => draw(emlab.figures.showMoving));
      }
      views[view] = { config, inputs: context.inputs };
      const [reset, drawn, cleared] = ["reset", "draw", "clear"].map((name) => emlab.controls.wasTriggered(context, `${view}-${name}`));
      if (reset) emlab.controls.reset(parameters, kept[view]);
      else emlab.controls.read(context);
      if (reset) emlab.points.reset(view, config);
      if (drawn) emlab.points.draw(view, config);
      if (cleared) emlab.points.clear(view, config);
      draw(emlab.figures.showNow, reset || cleared, drawn || cleared);
      for (const key of document.querySelectorAll(`#view-${view} .legend :is(.of-0, .of-1)`))
        key.parentElement.hidden = !context.inputs[`${view}-components.data`];
      emlab.events.viewReady(view, config);
      return clientside.no_update;
    };
  }

  function fillCurves(figure, family, p, xs, quantity, components) {
    const mixture = emlab.figures.trace(figure, "mixture");
    Object.assign(mixture, { x: xs, y: emlab.densities.mixture(family, p, xs, quantity) });
    for (const k of [0, 1])
      Object.assign(emlab.figures.trace(figure, `component-${k}`), {
        x: xs,
        y: emlab.densities.weightedComponent(family, p, k, xs, quantity),
        visible: components,
      });
    return Math.max(...mixture.y);
  }

  /* Parameters and values of both, for the link. */
  const state = (config) => Object.keys(kept).flatMap((view) => [[config.parameters[view], kept[view]], emlab.points.state(view, config)]);

  const gaussianOf = (config, v) => ({
    p: { weights: [v.pi1, 1 - v.pi1], means: [v.mu1, v.mu2], stds: [v.sigma1, v.sigma2] },
    window: config.windows.gaussian,
  });

  clientside.emlab.gaussian = explorer("gaussian", gaussianOf, ({ config, figure, p, quantity }) => {
    const { fill, format } = emlab.controls;
    const { mean, std } = emlab.densities.moments("gaussian", p);
    const at = emlab.densities.modesSaid(p).map((mode) => [mode, format(mode, 3)]);
    const { sentences } = config;
    const marked = at.length === 1 ? [[at[0][0], null], at[0]] : at; // always two, so that they can be moved
    const x = marked.map(([mode]) => mode);
    Object.assign(emlab.figures.trace(figure, "modes"), {
      x,
      y: emlab.densities.mixture("gaussian", p, x),
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

  clientside.emlab.exponential = explorer("exponential", exponentialOf, ({ config, figure, values, p, xs, quantity, inputs }) => {
    const { fill, format } = emlab.controls;
    const { sentences } = config;
    const parametrisation = inputs["parametrisation.data"];
    const wanted = inputs["notebook-curve.data"];
    const notebook = wanted && quantity === "density";
    const lambdas = lambdasOf(values);
    const y = emlab.densities.notebookCurve(p.weights, lambdas, xs);
    Object.assign(emlab.figures.trace(figure, "notebook"), { x: xs, y, visible: notebook });

    const { mean, std, cv2 } = emlab.densities.moments("exponential", p);
    const half_life = format(emlab.densities.halfLife(p), 3);
    const parts = [fill(sentences.exponential, { mean: format(mean, 3), std: format(std, 3), cv2: format(cv2, 3), half_life })];
    if (quantity === "cumulative") parts.push(sentences.exponential_cumulative);
    if (notebook) {
      const area = emlab.densities.notebookArea(p.weights, lambdas);
      const words = Math.abs(area - 1) < 1e-9 ? "notebook_one" : "notebook";
      parts.push(fill(sentences[words], { area: format(area, 3) }));
    } else if (wanted) parts.push(sentences.notebook_cumulative);
    document.querySelector("#view-exponential .of-notebook").parentElement.hidden = !notebook;
    for (const { name, label } of config.parameters.exponential) {
      const shown = (parametrisation === "rate" && config.rateLabels[name]) || label;
      for (const control of ["slider", "box"]) emlab.controls.say(`${name}-${control}-label`, shown);
    }
    return {
      peak: notebook ? Math.max(...y) : 0,
      of: `${parametrisation} ${notebook}`,
      log: inputs["y-axis.data"] === "log",
      sentence: parts.join(" "),
    };
  });

  /* The figure of a view as it is on show. */
  const figureOf = (view, config) => makers[view](config, emlab.figures.showMoving).figure;

  /* What is set in a view: labels and values, those of points if there are any. */
  function settings(view) {
    const { config } = views[view];
    const set = config.parameters[view].map(({ name }) => [document.getElementById(`${name}-box-label`).textContent, kept[view][name]]);
    const [parameters, values] = emlab.points.state(view, config);
    const drawn = values[parameters[0].name] ? parameters.map(({ name, label }) => [label, values[name]]) : [];
    return [...set, ...drawn];
  }

  emlab.explorers = { figureOf, settings, state };
})();
