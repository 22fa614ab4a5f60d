/* The Run EM view: what is asked of the server, and how its answer is shown. Responsibilities and curves are
   recomputed here from the parameters, so that they need not travel. */
(function () {
  "use strict";
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  clientside.emlab = clientside.emlab || {};
  const emlab = (window.emlab = window.emlab || {}); // its parts load in any order

  const kept = {};
  const left = {}; // source, or source and K -> start values as they were when it was left
  let request = 0;
  let last = null; // the run under way, or else the one on show
  let opensAt; // iteration at which the next result opens, unless at its end
  let current = null; // the data source on show
  let from = null; // how a run starts
  let method = null; // how it goes on
  let family = null; // what is fitted to somebody's own data
  let arranged = null; // source and K whose start values are on show
  let settings = null; // the page's parameters and words

  const truth = () => settings.sources[current].samples[kept.true_k] || [];
  const sample = () => (truth().length ? [...settings.parameters.sample, ...truth()] : []);
  const byHand = () => settings.sources[current].starts[kept.k] || [];

  /* How the start is set: by hand, by a seed, or not at all. */
  function start() {
    const { byHand: hand, drawn } = settings.starts;
    if (from === hand) return byHand();
    return drawn.includes(from) ? settings.parameters.start_seed : [];
  }

  /* Parameters that do not depend on the source. */
  function always() {
    const { sample: drawn, start: fitted, start_seed: seed, stopping } = settings.parameters;
    return [...drawn, ...fitted, ...seed, ...stopping];
  }

  const asked = () => [...sample(), ...settings.parameters.start, ...start(), ...settings.parameters.stopping];

  /* Keeps controls together, follows the data source, and asks for a run. */
  clientside.emlab.run_controls = function () {
    const context = clientside.callback_context;
    const source = context.inputs["source.data"];
    if (!settings) {
      [settings] = Object.values(context.states);
      const { values } = settings.link;
      opensAt = values.iteration;
      Object.assign(kept, emlab.controls.defaults(always()), values);
      for (const family of ["", context.inputs["family.data"]]) left[`${source} ${family} ${kept.k}`] = values;
      left[source] = kept.k;
      for (const p of always())
        emlab.controls.lookAfter([p], kept, settings, ["k", "true_k"].includes(p.name) ? arrange : undefined);
      emlab.failures.lookAfter("run-reply", { place: () => "run-status", from: () => "run-button", gaveUp: stop });
      from = context.inputs["start-from.data"];
      family = context.inputs["family.data"];
      for (const list of ["source", "start-from", "family"])
        document.getElementById(`${list}-select`).value = context.inputs[`${list}.data`];
      emlab.own.begin(settings);
      settings.sources.own = emlab.own.source(family);
    }
    method = context.inputs["method.data"];
    if (context.inputs["family.data"] !== family) {
      family = context.inputs["family.data"];
      if (current === "own") follow("own", family);
    }
    if (context.inputs["start-from.data"] !== from) {
      from = context.inputs["start-from.data"];
      arrange();
    }
    const newSource = source !== current;
    if (newSource) followSource(source);
    if (newSource || emlab.controls.wasTriggered(context, "run-button")) {
      showPreset(null);
      askForRun({ pressed: !newSource });
    }
    emlab.events.viewReady("run", settings);
    return clientside.no_update;
  };

  /* Another source of data, with its own number of components, as it was left. */
  function followSource(source) {
    take(source);
    arrange();
  }

  function take(source) {
    if (current) left[current] = kept.k;
    current = source;
    const { start: fitted } = settings.parameters;
    emlab.controls.set(fitted, { k: left[source] || emlab.controls.defaults(fitted).k }, kept);
    emlab.controls.say("about-source", settings.sources[source].about);
    document.getElementById("own-panel").hidden = source !== "own";
  }

  /* Other data of somebody's own, or another family for them: the first of those that suit if the one chosen does not. */
  function follow(source, ...suitable) {
    if (!suitable.includes(family)) {
      [family] = suitable;
      emlab.controls.choose("family", family);
    }
    settings.sources[source] = emlab.own.source(family);
    for (const place of Object.keys(left)) if (place.startsWith(`${source} `)) delete left[place];
    arranged = ""; // other data have other start values
    followSource(source);
    askForRun();
  }

  /* Rows and tables for the source, the numbers of components and the way to start that are chosen. */
  function arrange() {
    const first = arranged === null;
    settle();
    const shown = new Set(asked().map(({ name, column }) => !column && name));
    for (const row of document.querySelectorAll("#view-run .controls .row"))
      row.hidden = !shown.has(row.id.replace(/-row$/, ""));
    const rows = [...truth(), ...start()].filter(({ column }) => !column);
    emlab.controls.lookAfter(rows, kept, settings);
    if (!first) emlab.controls.set(rows, kept, kept, true);
    emlab.componentTable.show("true-table", truth(), kept, settings);
    emlab.componentTable.show("start-table", start(), kept, settings);
  }

  /* Values for the source and the numbers of components: a start's as they were left, if they ever were. */
  function settle() {
    const place = `${current} ${current === "own" ? family : ""} ${kept.k}`;
    if (place !== arranged) {
      if (arranged) left[arranged] = { ...kept };
      arranged = place;
      for (const p of byHand()) kept[p.name] = (left[place] || {})[p.name] ?? p.default;
    }
    for (const p of truth()) kept[p.name] ??= p.default;
  }

  /* What is missing is said to who `pressed` the button, not to who has just come to where it is to be given. A `study` is
     made of this run as soon as it has come, and of no other. */
  function askForRun({ pressed = true, study = null } = {}) {
    const parameters = asked();
    const own = current === "own";
    const refused = parameters.some(emlab.controls.isRefused) ? andKept(settings.sentences.mend_first) : "";
    const missing = own && emlab.own.problem(family);
    emlab.controls.say("run-status", refused || (pressed && missing) || "");
    if (missing || refused) return;
    const values = Object.fromEntries(parameters.map((p) => [p.name, kept[p.name]]));
    last = { source: current, start_from: from, method, ...values, ...(own ? { family, data: emlab.own.values() } : {}) };
    emlab.studies.afterRun(study);
    ask();
  }

  const andKept = (words) => (shown ? `${words} ${settings.sentences.kept}` : words);

  /* Read aloud: that a run is under way, then how it ended, though it may be as the one before. */
  const announce = (words) => emlab.controls.say("run-announcement", words);

  function ask() {
    last = { ...last, blind: emlab.dom.hides("truth") };
    clientside.set_props("run-request", { data: { id: ++request, ...last } });
    announce(settings.running);
    emlab.events.changed();
  }

  /* The same run, told as much of as may be told now; the place in it stays. */
  function askAgain() {
    if (!last) return;
    if (last === shownFor) opensAt = emlab.walk.onShow() ?? undefined;
    ask();
  }

  let shown = null; // the last good result
  let shownFor = null; // what was asked for it

  clientside.emlab.run_results = function (reply, colourBy, config) {
    if (!reply) return;
    const reasons = Object.values(reply.errors || {}).join(" ");
    emlab.controls.say("run-status", reasons && andKept(emlab.controls.fill(config.sentences.refused, { reasons })));
    announce(reply.result ? reply.result.sentence : "");
    const place = opensAt;
    opensAt = undefined;
    if (!reply.result) {
      last = shownFor; // what was refused is not asked for again
      return;
    }
    emlab.walk.open(reply.result, place);
    shown = reply.result;
    shownFor = last;
    emlab.studies.forget(config);
    present(colourBy, config);
  };

  clientside.emlab.run_colours = (colourBy, _theme, config) => shown && present(colourBy, config);

  function present(colourBy, config) {
    emlab.walk.present(colourBy, config);
    emlab.studies.redraw(config);
  }

  /* No answer came. Dash leaves the button as it was while running: put it back. */
  function stop() {
    clientside.set_props("run-button", { children: settings.run, "aria-busy": "false" });
    announce("");
  }

  /* Set start values, as near as their steps allow, and run from there. */
  function runFrom(values) {
    startByHand();
    for (const p of byHand().filter(({ name }) => name in values)) {
      const steps = Math.round((Math.min(Math.max(values[p.name], p.minimum), p.maximum) - p.minimum) / p.step);
      const digits = (String(p.step).split(".")[1] || "").length;
      kept[p.name] = Number((p.minimum + steps * p.step).toFixed(digits));
    }
    arrange();
    showPreset(null);
    askForRun();
  }

  function startByHand() {
    if (from === settings.starts.byHand) return;
    from = settings.starts.byHand;
    emlab.controls.choose("start-from", from);
  }

  /* A trap: its source, its values, its question, and a run. */
  function applyPreset(name) {
    const preset = settings.presets[name];
    startByHand();
    method = preset.method;
    document.getElementById(`method-${method}`).click();
    if (preset.source !== current) {
      take(preset.source);
      emlab.controls.choose("source", current);
    }
    emlab.controls.set(always().filter((p) => p.name in preset.settings), preset.settings, kept);
    settle();
    Object.assign(kept, preset.settings);
    arrange();
    showPreset(name);
    askForRun({ study: preset.study });
  }

  function showPreset(chosen) {
    emlab.controls.say("predict", chosen ? settings.presets[chosen].predict : "");
    for (const name of Object.keys(settings.presets))
      document.getElementById(`preset-${name}`).setAttribute("aria-pressed", String(name === chosen));
  }

  document.addEventListener("click", ({ target }) => {
    if (settings && target.id && target.id.startsWith("preset-")) applyPreset(target.id.slice("preset-".length));
  });

  /* Parameters and their values, for the link. */
  const state = () => [asked(), kept];

  emlab.run = { askAgain, follow, onShow: () => shownFor, runFrom, state };
})();
