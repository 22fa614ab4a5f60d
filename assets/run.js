/* The Run EM view: what is asked of the server, and how its answer is shown. Responsibilities and curves are
   recomputed here from the parameters, so that they need not travel. */
(function () {
  "use strict";
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  clientside.emlab = clientside.emlab || {};
  const emlab = (window.emlab = window.emlab || {}); // its parts load in any order

  const CURVE_POINTS = 400;
  const kept = {};
  let request = 0;

  const asked = (config, source) => [
    ...(config.sources[source].generated ? config.parameters.sample : []),
    ...config.sources[source].start,
    ...config.parameters.stopping,
  ];

  /* Keeps controls together, follows the data source, and asks for a run. */
  clientside.emlab.run_controls = function () {
    const context = clientside.callback_context;
    const [config] = Object.values(context.states);
    const source = context.inputs["source.data"];
    const parameters = asked(config, source);
    const first = Object.keys(kept).length === 0;
    if (first) {
      Object.assign(kept, emlab.controls.defaults(parameters));
      emlab.network.onLost(() => lost(config));
    }
    const newSource = first || emlab.controls.wasTriggered(context, "source");
    if (newSource) followSource(config, source, first);
    emlab.controls.read(context);
    if (newSource || emlab.controls.wasTriggered(context, "run-button")) askForRun(config, source, parameters);
  };

  function followSource(config, source, first) {
    const { generated, about, start } = config.sources[source];
    const names = new Set(start.map((p) => p.name));
    for (const { name } of Object.values(config.sources).flatMap((one) => one.start))
      document.getElementById(`${name}-row`).hidden = !names.has(name);
    document.getElementById("generated-group").hidden = !generated;
    emlab.controls.say("about-source", about);
    emlab.controls.lookAfter(asked(config, source), kept, config);
    if (!first) emlab.controls.reset(start, kept, true);
  }

  function askForRun(config, source, parameters) {
    const refused = parameters.some(emlab.controls.isRefused);
    emlab.controls.say("run-status", refused ? config.sentences.mend_first : "");
    if (refused) return;
    const values = Object.fromEntries(parameters.map((p) => [p.name, kept[p.name]]));
    clientside.set_props("run-request", { data: { id: ++request, source, ...values } });
  }

  let shown = null; // the last good result

  clientside.emlab.run_results = function (reply, colourBy, _theme, config) {
    if (reply && emlab.controls.wasTriggered(clientside.callback_context, "run-reply")) {
      const errors = reply.errors || {};
      for (const [name, words] of Object.entries(errors))
        if (document.getElementById(`${name}-error`)) emlab.controls.say(`${name}-error`, words);
      const reasons = Object.values(errors).join(" ");
      emlab.controls.say("run-status", reasons && emlab.controls.fill(config.sentences.refused, { reasons }));
      shown = reply.result || shown;
    }
    if (shown) present(shown, colourBy, config);
  };

  /* The answer will never come. Dash leaves the button as it was while running: put it back. */
  function lost(config) {
    clientside.set_props("run-button", { children: config.run, "aria-busy": "false" });
    emlab.controls.say("run-status", config.sentences.no_answer);
  }

  /* Parameters of record t of a result. */
  const record = (result, t) =>
    Object.fromEntries(Object.entries(result.trajectory).map(([name, records]) => [name, records[t]]));

  function present(result, colourBy, config) {
    const last = result.log_likelihood.length - 1;
    const p = record(result, last);
    const q = result.x.map((x) => emlab.densities.responsibilities(result.family, p, x));
    emlab.figures.showNow("data-figure", dataFigure(result, p, q, colourBy, config));
    emlab.figures.showNow("posterior-figure", posteriorFigure(result, q, config));
    emlab.figures.showNow("log-likelihood-figure", logLikelihoodFigure(result, last, config));
    const labels = result.z ? "true_labels" : "likely_labels";
    const colours = config.sentences[colourBy === "responsibility" ? "responsibility" : labels];
    emlab.controls.say("run-sentence", result.sentence);
    emlab.controls.say("run-note", [...result.notes, colours].join(" "));
    document.getElementById("run-table").replaceChildren(table(result, p, config));
  }

  function dataFigure(result, p, q, colourBy, config) {
    const figure = emlab.figures.skeleton(config, "data-figure");
    const { edges, density } = result.histogram;
    const high = edges[edges.length - 1];
    const low = edges[0];
    const margin = (high - low) * 0.02 || 1;
    const exponential = result.family === "exponential";
    Object.assign(emlab.figures.trace(figure, "histogram"), {
      x: density.map((_, i) => (edges[i] + edges[i + 1]) / 2),
      y: density,
      width: density.map((_, i) => edges[i + 1] - edges[i]),
    });
    const [from, to] = exponential ? [0, high] : [low - margin * 3, high + margin * 3];
    const xs = Array.from({ length: CURVE_POINTS + 1 }, (_, i) => {
      const t = i / CURVE_POINTS;
      return from + (to - from) * (exponential ? t * t : t);
    });
    Object.assign(emlab.figures.trace(figure, "mixture"), { x: xs, y: emlab.densities.mixture(result.family, p, xs) });
    for (const k of [0, 1])
      Object.assign(emlab.figures.trace(figure, `component-${k}`), {
        x: xs,
        y: emlab.densities.weightedComponent(result.family, p, k, xs),
      });
    const label = (i) => (result.z ? result.z[i] : q[i][0] >= q[i][1] ? 0 : 1);
    for (const k of [0, 1]) {
      const row = result.x.map((_, i) => i).filter((i) => label(i) === k);
      Object.assign(emlab.figures.trace(figure, `observations-${k}`), {
        x: row.map((i) => result.x[i]),
        y: row.map(() => k),
        customdata: row.map((i) => q[i]),
      });
    }
    const { palette } = emlab.figures.trace(figure, "observations-0").meta;
    figure.layout.shapes = figure.layout.shapes.flatMap((marks, k) => {
      const row = emlab.figures.trace(figure, `observations-${k}`);
      if (colourBy !== "responsibility") return [{ ...marks, path: ticks(row.x, k) }];
      return palette.map((color, level) => {
        const xs = row.x.filter((_, i) => Math.round(row.customdata[i][0] * (palette.length - 1)) === level);
        return { ...marks, path: ticks(xs, k), line: { ...marks.line, color } };
      });
    }).filter(({ path }) => path);
    Object.assign(figure.layout.xaxis, { range: [exponential ? -margin : from, exponential ? to + margin : to], title: { text: result.x_title } });
    Object.assign(figure.layout.yaxis2, {
      tickvals: [0, 1],
      ticktext: [0, 1].map((k) => `${config.signs[k]} ${result.z ? "label " : "likelier "}${k}`),
    });
    return figure;
  }

  /* A row of ticks, one for each x, as one path. */
  const ticks = (xs, k) => xs.map((x) => `M${x},${k - 0.36}V${k + 0.36}`).join("");

  /* q0 ascending and q1 descending over the index; with thinned marks each stands at its own share of 1..N. */
  function posteriorFigure(result, q, config) {
    const figure = emlab.figures.skeleton(config, "posterior-figure");
    for (const k of [0, 1]) {
      const order = q.map((_, i) => i).sort((a, b) => (k === 0 ? q[a][0] - q[b][0] : q[b][1] - q[a][1]));
      Object.assign(emlab.figures.trace(figure, `posterior-${k}`), {
        x: result.rank,
        y: order.map((i) => q[i][k]),
        customdata: order.map((i) => [result.x[i], ...q[i]]),
      });
    }
    figure.layout.xaxis.range = [1 - 0.02 * result.n, 1.02 * result.n];
    return figure;
  }

  function logLikelihoodFigure(result, t, config) {
    const figure = emlab.figures.skeleton(config, "log-likelihood-figure");
    const values = result.log_likelihood;
    const curve = emlab.figures.trace(figure, "log-likelihood");
    Object.assign(curve, { x: values.map((_, i) => i), y: values, mode: values.length > 60 ? "lines" : curve.mode });
    Object.assign(emlab.figures.trace(figure, "cursor"), { x: [t], y: [values[t]] });
    return figure;
  }

  function element(tag, children, attributes = {}) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...[children].flat());
    return made;
  }

  function table(result, p, config) {
    const row = (head, values, digits) =>
      element("tr", [
        element("th", head, { scope: "row" }),
        ...values.map((value) => element("td", value === null ? "" : emlab.controls.format(value, digits))),
      ]);
    const rows = [];
    for (const [name, symbol] of Object.entries(config.symbols[result.family]))
      for (let k = 0; k < p.weights.length; k++) {
        const sign = element("span", config.signs[k], { class: `sign of-${k}`, "aria-hidden": "true" });
        const values = [result.true, record(result, 0), p].map((one) => (one ? one[name][k] : null));
        rows.push(row([sign, emlab.controls.fill(symbol, { k })], values, 4));
      }
    rows.push(row("ℓ", [null, result.log_likelihood[0], result.log_likelihood.at(-1)], 7));
    const head = element("tr", config.tableHead.map((text) => element("th", text, { scope: "col" })));
    return element("table", [element("thead", head), element("tbody", rows)]);
  }
})();
