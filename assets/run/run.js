/* The Run EM view: its controls, the request for a run, and the result. Curves and responsibilities are computed here
   from the parameters, so that they need not travel. */
(function () {
  "use strict";
  const { emlab, dash_clientside: clientside } = window;
  const { choose, defaults, fill, isRefused, register, set, setText, wasTriggered } = emlab.controls;
  const byId = (id) => document.getElementById(id);

  const values = {};
  const saved = {}; // source -> K, and "source family K" -> start values, as they were when the user chose another
  let request = 0;
  let requested = null; // the last run that was requested
  let shown = null; // request and result of the run on show: { request, result }
  let opensAt; // iteration at which the next result opens, unless at its end
  let current = null; // data source
  let startFrom = null; // how a run starts
  let method = null;
  let family = null; // to be fitted to own data
  let arranged = null; // "source family K" whose start values are on show
  let settings = null; // the page's parameters and words

  const truth = () => settings.sources[current].samples[values.true_k] || [];
  const sample = () => (truth().length ? [...settings.parameters.sample, ...truth()] : []);
  const byHand = () => settings.sources[current].starts[values.k] || [];

  /* Parameters of the start: values set by hand, a seed, or none. */
  function start() {
    const { byHand: hand, drawn } = settings.starts;
    if (startFrom === hand) return byHand();
    return drawn.includes(startFrom) ? settings.parameters.start_seed : [];
  }

  /* Parameters that do not depend on the source. */
  function always() {
    const { sample: drawn, start: fitted, start_seed: seed, stopping } = settings.parameters;
    return [...drawn, ...fitted, ...seed, ...stopping];
  }

  /* Parameters of a request. */
  const active = () => [...sample(), ...settings.parameters.start, ...start(), ...settings.parameters.stopping];

  /* Update the controls, and request a run if the button was pressed or the source changed. */
  clientside.emlab.run_controls = function () {
    const context = clientside.callback_context;
    const source = context.inputs["source.data"];
    if (!settings) {
      [settings] = Object.values(context.states);
      begin(source, context.inputs);
    }
    method = context.inputs["method.data"];
    if (context.inputs["family.data"] !== family) {
      family = context.inputs["family.data"];
      if (current === "own") follow("own", family);
    }
    if (context.inputs["start-from.data"] !== startFrom) {
      startFrom = context.inputs["start-from.data"];
      arrange();
    }
    const newSource = source !== current;
    if (newSource) followSource(source);
    if (newSource || wasTriggered(context, "run-button")) {
      showPreset(null);
      requestRun({ pressed: !newSource });
    }
    emlab.events.viewReady("run", settings);
    return clientside.no_update;
  };

  function begin(source, inputs) {
    const { values: linked } = settings.link;
    opensAt = linked.iteration;
    Object.assign(values, defaults(always()), linked);
    startFrom = inputs["start-from.data"];
    family = inputs["family.data"];
    for (const name of ["", family]) saved[`${source} ${name} ${values.k}`] = linked;
    saved[source] = values.k;
    for (const p of always())
      register([p], values, settings, ["k", "true_k"].includes(p.name) ? arrange : undefined);
    emlab.failures.register("run-reply", { place: () => "run-status", focus: () => "run-button", onFailure: stop });
    for (const list of ["source", "start-from", "family"]) byId(`${list}-select`).value = inputs[`${list}.data`];
    emlab.own.begin(settings);
    settings.sources.own = emlab.own.source(family);
  }

  /* Show the controls of another source, with its own number of components. */
  function followSource(source) {
    selectSource(source);
    arrange();
  }

  function selectSource(source) {
    if (current) saved[current] = values.k;
    current = source;
    const { start: fitted } = settings.parameters;
    set(fitted, { k: saved[source] || defaults(fitted).k }, values);
    setText("about-source", settings.sources[source].about);
    byId("own-panel").hidden = source !== "own";
  }

  /* Other own data, or another family for them; the first suitable one if the chosen one does not suit. */
  function follow(source, ...suitable) {
    if (!suitable.includes(family)) {
      [family] = suitable;
      choose("family", family);
    }
    settings.sources[source] = emlab.own.source(family);
    for (const place of Object.keys(saved)) if (place.startsWith(`${source} `)) delete saved[place];
    arranged = ""; // other data have other start values
    followSource(source);
    requestRun();
  }

  /* Show rows and tables for the chosen source, numbers of components and way to start. */
  function arrange() {
    const first = arranged === null;
    restoreStart();
    const rowNames = new Set(active().map(({ name, column }) => !column && name));
    for (const row of document.querySelectorAll("#view-run .controls .row"))
      row.hidden = !rowNames.has(row.id.replace(/-row$/, ""));
    const rows = [...truth(), ...start()].filter(({ column }) => !column);
    register(rows, values, settings);
    if (!first) set(rows, values, values, true);
    emlab.componentTable.show("true-table", truth(), values, settings);
    emlab.componentTable.show("start-table", start(), values, settings);
  }

  /* Take saved or default values for the chosen source and numbers of components. */
  function restoreStart() {
    const place = `${current} ${current === "own" ? family : ""} ${values.k}`;
    if (place !== arranged) {
      if (arranged) saved[arranged] = { ...values };
      arranged = place;
      for (const p of byHand()) values[p.name] = saved[place]?.[p.name] ?? p.default;
    }
    for (const p of truth()) values[p.name] ??= p.default;
  }

  /* Request a run with the present settings. Missing data are an error only if the button was `pressed`. A `study` is
     started when this run is complete. */
  function requestRun({ pressed = true, study = null } = {}) {
    const parameters = active();
    const own = current === "own";
    const refused = parameters.some(isRefused) ? withResultNote(settings.sentences.mend_first) : "";
    const missing = own && emlab.own.problem(family);
    setText("run-status", refused || (pressed && missing) || "");
    if (missing || refused) return;
    const chosen = Object.fromEntries(parameters.map((p) => [p.name, values[p.name]]));
    const data = own ? { family, data: emlab.own.values() } : {};
    requested = { source: current, start_from: startFrom, method, ...chosen, ...data };
    emlab.studies.afterRun(study);
    send();
  }

  const withResultNote = (sentence) => (shown ? `${sentence} ${settings.sentences.kept}` : sentence);

  /* Text that is read aloud: that a run has begun, and how it ended, even if it ended as the last one. */
  const announce = (text) => setText("run-announcement", text);

  function send() {
    requested = { ...requested, blind: emlab.dom.hides("truth") };
    clientside.set_props("run-request", { data: { id: ++request, ...requested } });
    announce(settings.running);
    emlab.events.changed();
  }

  /* Request the same run, after what is hidden has changed; the iteration on show stays. */
  function rerun() {
    if (!requested) return;
    if (requested === shown?.request) opensAt = emlab.walk.onShow() ?? undefined;
    send();
  }

  clientside.emlab.run_results = function (reply, colourBy, config) {
    if (!reply) return;
    const reasons = Object.values(reply.errors || {}).join(" ");
    setText("run-status", reasons && withResultNote(fill(config.sentences.refused, { reasons })));
    announce(reply.result ? reply.result.sentence : "");
    const place = opensAt;
    opensAt = undefined;
    if (!reply.result) {
      requested = onShow(); // a refused request is not repeated
      return;
    }
    emlab.walk.open(reply.result, place);
    shown = { request: requested, result: reply.result };
    emlab.studies.reset(config);
    show(colourBy, config);
    emlab.events.changed();
  };

  clientside.emlab.run_colours = (colourBy, _theme, config) => shown && show(colourBy, config);

  function show(colourBy, config) {
    emlab.walk.show(colourBy, config);
    emlab.studies.redraw(config);
  }

  /* After a failed request Dash leaves the button as it was during the run. */
  function stop() {
    clientside.set_props("run-button", { children: settings.run, "aria-busy": "false" });
    announce("");
  }

  /* Set start values, rounded to their steps, and run from there. */
  function runFrom(startValues) {
    startByHand();
    for (const p of byHand().filter(({ name }) => name in startValues)) {
      const steps = Math.round((Math.min(Math.max(startValues[p.name], p.minimum), p.maximum) - p.minimum) / p.step);
      const digits = (String(p.step).split(".")[1] || "").length;
      values[p.name] = Number((p.minimum + steps * p.step).toFixed(digits));
    }
    arrange();
    showPreset(null);
    requestRun();
  }

  function startByHand() {
    if (startFrom === settings.starts.byHand) return;
    startFrom = settings.starts.byHand;
    choose("start-from", startFrom);
  }

  /* Set source and values of a preset, show its question, and run it. */
  function applyPreset(name) {
    const preset = settings.presets[name];
    startByHand();
    method = preset.method;
    byId(`method-${method}`).click();
    if (preset.source !== current) {
      selectSource(preset.source);
      choose("source", current);
    }
    set(always().filter((p) => p.name in preset.settings), preset.settings, values);
    restoreStart();
    Object.assign(values, preset.settings);
    arrange();
    showPreset(name);
    requestRun({ study: preset.study });
  }

  function showPreset(chosen) {
    setText("predict", chosen ? settings.presets[chosen].predict : "");
    for (const name of Object.keys(settings.presets))
      byId(`preset-${name}`).setAttribute("aria-pressed", String(name === chosen));
  }

  document.addEventListener("click", ({ target }) => {
    if (settings && target.id && target.id.startsWith("preset-")) applyPreset(target.id.slice("preset-".length));
  });

  /* Parameters and their values, for the link. */
  const state = () => [active(), values];

  /* The request whose result is on show. */
  const onShow = () => shown?.request ?? null;

  emlab.run = { follow, onShow, rerun, runFrom, state };
})();
