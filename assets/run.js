/* The Run EM view: what is asked of the server, and how its answer is shown. Responsibilities and curves are
   recomputed here from the parameters, so that they need not travel. */
(function () {
  "use strict";
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  clientside.emlab = clientside.emlab || {};
  const emlab = (window.emlab = window.emlab || {}); // its parts load in any order

  const kept = {};
  const left = {}; // source -> start values as they were when it was left
  let request = 0;
  let last = null; // the run last asked for
  let current = null; // the data source on show
  let settings = null; // the page's parameters and words

  const asked = (config, source) => [
    ...config.sources[source].sample,
    ...config.sources[source].start,
    ...config.parameters.stopping,
  ];

  /* Keeps controls together, follows the data source, and asks for a run. */
  clientside.emlab.run_controls = function () {
    const context = clientside.callback_context;
    const [config] = Object.values(context.states);
    const source = context.inputs["source.data"];
    const parameters = asked(config, source);
    if (!settings) {
      settings = config;
      Object.assign(kept, emlab.controls.defaults(parameters));
      emlab.network.onLost(() => lost(config));
    }
    const newSource = source !== current;
    if (newSource) followSource(config, source);
    if (newSource || emlab.controls.wasTriggered(context, "run-button")) {
      showPreset(null);
      askForRun(config, source, parameters);
    }
  };

  function followSource(config, source) {
    const first = current === null;
    if (!first) left[current] = { ...kept };
    current = source;
    const { about, sample, start } = config.sources[source];
    const names = new Set([...sample, ...start].map((p) => p.name));
    for (const other of Object.values(config.sources))
      for (const { name } of [...other.sample, ...other.start])
        document.getElementById(`${name}-row`).hidden = !names.has(name);
    emlab.controls.say("about-source", about);
    emlab.controls.lookAfter(asked(config, source), kept, config);
    if (first) return;
    emlab.controls.reset(sample.filter(({ name }) => !(name in kept)), kept);
    emlab.controls.set(start, left[source] || emlab.controls.defaults(start), kept, true);
  }

  function askForRun(config, source, parameters) {
    const refused = parameters.some(emlab.controls.isRefused);
    emlab.controls.say("run-status", refused ? config.sentences.mend_first : "");
    if (refused) return;
    const values = Object.fromEntries(parameters.map((p) => [p.name, kept[p.name]]));
    last = { source, ...values };
    clientside.set_props("run-request", { data: { id: ++request, ...last } });
  }

  let shown = null; // the last good result

  clientside.emlab.run_results = function (reply, colourBy, _theme, config) {
    if (reply && emlab.controls.wasTriggered(clientside.callback_context, "run-reply")) {
      const reasons = Object.values(reply.errors || {}).join(" ");
      emlab.controls.say("run-status", reasons && emlab.controls.fill(config.sentences.refused, { reasons }));
      if (reply.result) {
        shown = reply.result;
        emlab.walk.open(shown);
        emlab.studies.forget(config);
      }
    }
    if (shown) emlab.walk.present(colourBy, config);
    emlab.studies.redraw(config);
  };

  /* The answer will never come. Dash leaves the button as it was while running: put it back. */
  function lost(config) {
    emlab.studies.lost(config);
    clientside.set_props("run-button", { children: config.run, "aria-busy": "false" });
    emlab.controls.say("run-status", config.sentences.no_answer);
  }

  /* Set start values, as near as their steps allow, and run from there. */
  function runFrom(values, config) {
    const start = config.sources[last.source].start.filter(({ name }) => name in values);
    for (const p of start) {
      const steps = Math.round((Math.min(Math.max(values[p.name], p.minimum), p.maximum) - p.minimum) / p.step);
      const digits = (String(p.step).split(".")[1] || "").length;
      values[p.name] = Number((p.minimum + steps * p.step).toFixed(digits));
    }
    emlab.controls.set(start, values, kept);
    askForRun(config, last.source, asked(config, last.source));
  }

  /* A trap: its source, its values, its question, and a run. */
  function applyPreset(name) {
    const preset = settings.presets[name];
    if (preset.source !== current) {
      followSource(settings, preset.source);
      for (const source of Object.keys(settings.sources))
        clientside.set_props(`source-${source}`, { "aria-pressed": String(source === current) });
      clientside.set_props("source", { data: current });
    }
    emlab.controls.set(asked(settings, current), preset.settings, kept);
    showPreset(name);
    askForRun(settings, current, asked(settings, current));
    if (preset.study) emlab.studies.afterRun(preset.study);
  }

  function showPreset(chosen) {
    emlab.controls.say("predict", chosen ? settings.presets[chosen].predict : "");
    for (const name of Object.keys(settings.presets))
      document.getElementById(`preset-${name}`).setAttribute("aria-pressed", String(name === chosen));
  }

  document.addEventListener("click", ({ target }) => {
    if (settings && target.id && target.id.startsWith("preset-")) applyPreset(target.id.slice("preset-".length));
  });

  emlab.run = { lastAsked: () => last, runFrom };
})();
