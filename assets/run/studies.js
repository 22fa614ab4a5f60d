/* What can be asked about a run besides: likelihood surface, other starts, other numbers of components. */
(function () {
  "use strict";
  const emlab = (window.emlab = window.emlab || {}); // its parts load in any order
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  clientside.emlab = clientside.emlab || {};

  const STUDIES = ["surface", "starts", "sizes"];
  const SYMBOL = { scales: "λ", means: "μ" };
  const START = { scales: "start_lambda", means: "start_mu", stds: "start_sigma" };
  const kept = {};
  let settings = null; // the page's words and parameters, once they are known
  let request = 0;
  let next = null; // a study to make of the run that is under way
  let waiting = null; // the study under way
  let queue = []; // those to be made after it: Dash would drop its answer were another asked for meanwhile
  let surface = null; // the last surface and the run it belongs to

  /* Say something beside a study's button. */
  const say = (study, words) => emlab.controls.say(`study-${study}-words`, words);

  /* Parameters of a study. */
  const own = ({ parameters }, study) => (study === "surface" ? parameters.across : parameters.study);

  function ask(study) {
    const run = emlab.run.onShow();
    if (!run || !settings) return;
    if (own(settings, study).some(emlab.controls.isRefused))
      return say(study, settings.sentences.mend_study);
    if (waiting && waiting !== study) {
      queue = [...queue.filter((name) => name !== study), study];
      return say(study, settings.sentences.working);
    }
    wait(study);
    const iteration = emlab.walk.onShow() ?? emlab.walk.state.result.log_likelihood.length - 1;
    clientside.set_props("study-request", { data: { ...run, ...kept, iteration, id: ++request, study } });
  }

  function wait(study) {
    if (waiting) say(waiting, "");
    waiting = study;
    say(study, settings.sentences.working);
  }

  /* The one under way has been made: on to the next. */
  function proceed() {
    waiting = null;
    const [following, ...rest] = queue;
    queue = rest;
    if (!following) return;
    say(following, ""); // in case it cannot be asked for any more
    ask(following);
  }

  /* None that was asked for will be made. */
  function giveUp() {
    for (const study of queue) say(study, "");
    waiting = null;
    queue = [];
  }

  document.addEventListener("click", ({ target }) => {
    const study = STUDIES.find((name) => target.id === `study-${name}`);
    if (study) ask(study);
  });

  clientside.emlab.study_results = function (reply, config) {
    if (!reply || !waiting) return; // nobody waits for the answer about an earlier run
    const study = waiting;
    const { errors, result } = reply;
    if (errors) say(study, Object.values(errors).join(" "));
    else if (study === "surface") showSurface(result, config);
    else {
      say(study, result.sentence);
      const room = document.getElementById(`study-${study}-table`);
      room.replaceChildren((study === "starts" ? startsTable : sizesTable)(result, config));
      emlab.scrolling.watch(room);
    }
    proceed();
  };

  /* A new run: what was computed of the last one is said to be of the last one. */
  function forget(config) {
    if (!settings) {
      settings = config;
      const parameters = [...config.parameters.study, ...config.parameters.across];
      for (const { name, default: usual } of parameters) kept[name] = config.link.values[name] ?? usual;
      emlab.controls.lookAfter(parameters, kept, config);
      emlab.failures.lookAfter("study-reply", {
        place: ({ study }) => study === waiting && `study-${study}-words`,
        from: ({ study }) => `study-${study}`,
        gaveUp: giveUp,
        again: ({ study }) => wait(study),
      });
    }
    const { k } = emlab.run.onShow();
    for (const { name } of config.parameters.across) document.getElementById(`${name}-row`).hidden = k <= 2;
    if (k <= 2) emlab.controls.reset(config.parameters.across, kept);
    giveUp();
    surface = null;
    document.querySelector(".study-surface .graph").classList.remove("drawn");
    emlab.figureTables.hide("surface-figure");
    for (const study of STUDIES) {
      say(study, "");
      const table = document.getElementById(`study-${study}-table`);
      if (table) table.replaceChildren();
    }
    if (next) ask(next);
    next = null;
  }

  /* Make a study, or none, of the run that is under way, as soon as it has come. */
  const afterRun = (study) => (next = study);

  /* -- the surface ---------------------------------------------------------------------------------------------------- */

  function showSurface(result, config) {
    surface = { ...result, run: emlab.walk.state.result };
    const words = emlab.controls.fill(config.sentences.surface, {
      symbol: SYMBOL[result.parameter],
      across: result.components[0],
      up: result.components[1],
      t: emlab.controls.count(result.iteration),
    });
    say("surface", comparison(result, config) + words);
    document.querySelector(".study-surface .graph").classList.add("drawn");
    redraw(config);
  }

  /* An accelerated run beside EM, in words. */
  function comparison({ compared }, { sentences }) {
    if (!compared) return "";
    const { em_passes: em, passes, arrived } = compared;
    const { count, fill } = emlab.controls;
    return fill(sentences[arrived ? "surface_compared" : "surface_unfinished"], { em: count(em), passes: count(passes) });
  }

  document.addEventListener("drawn", ({ target: plot }) => {
    if (!plot.closest("#surface-figure")) return;
    plot.on("plotly_click", ({ points: [{ x, y }] }) => {
      if (surface) emlab.run.runFrom(startAt(x, y));
    });
  });

  document.addEventListener("enter", ({ detail: { id, x, y } }) => {
    if (id !== "surface-figure" || !surface) return;
    document.getElementById("study-surface").focus(); // the surface goes; another is drawn from here
    emlab.run.runFrom(startAt(x, y));
  });

  /* Start values of the run on show, with those of the surface's two components at the point that was chosen. */
  function startAt(x, y) {
    const { run, parameter, components } = surface;
    const { weights, ...others } = emlab.runFigures.record(run, 0);
    const values = { start_rho: weights[0] };
    weights.forEach((weight, k) => (values[`start_weight${k}`] = weight));
    for (const [name, all] of Object.entries(others)) all.forEach((value, k) => (values[`${START[name]}${k}`] = value));
    components.forEach((k, i) => (values[`${START[parameter]}${k}`] = [x, y][i]));
    return values;
  }

  function redraw(config) {
    if (surface) emlab.figures.showNow("surface-figure", figureOf(config));
  }

  function figureOf(config) {
    const { x, y, log_likelihood: ell, best, parameter, components, run, compared } = surface;
    const figure = emlab.figures.skeleton(config, "surface-figure", ({ uid }) => compared || uid !== "compared");
    const path = run.trajectory[parameter].map((values) => components.map((k) => values[k]));
    // The root of the drop is, near the maximum, the distance from it in standard errors: even contours.
    const z = ell.map((row) => row.map((value) => -Math.sqrt(2 * Math.max(0, best - value))));
    const deepest = Math.min(...z.flat());
    Object.assign(emlab.figures.trace(figure, "surface"), { x, y, z, customdata: ell, zmin: Math.max(deepest, -40), zmax: 0 });
    const mode = compared ? "lines+markers" : "lines"; // few steps, and far
    Object.assign(emlab.figures.trace(figure, "path"), { x: path.map((one) => one[0]), y: path.map((one) => one[1]), mode });
    if (compared)
      Object.assign(emlab.figures.trace(figure, "compared"), { x: compared.path.map((one) => one[0]), y: compared.path.map((one) => one[1]) });
    const points = { start: path[0], end: path[path.length - 1], here: path[Math.ceil(emlab.walk.state.place / 2)] };
    for (const [uid, [left, up]] of Object.entries(points)) Object.assign(emlab.figures.trace(figure, uid), { x: [left], y: [up] });
    ["xaxis", "yaxis"].forEach((name, k) => {
      const values = k ? y : x;
      const log = values[values.length - 1] / values[0] > 10 && values[0] > 0;
      const range = [values[0], values[values.length - 1]];
      figure.layout[name] = {
        type: log ? "log" : "linear",
        tickvals: log ? ticks(values[0], values[values.length - 1]) : undefined,
        range: log ? range.map(Math.log10) : range,
        title: { text: emlab.runFigures.withUnit(`${SYMBOL[parameter]}<sub>${components[k]}</sub>`, run) },
      };
    });
    return figure;
  }

  /* 1, 2 and 5 times each power of ten: plotly's own labels between the powers are small, and digits only. */
  function ticks(low, high) {
    const powers = Array.from({ length: Math.ceil(Math.log10(high / low)) + 1 }, (_, i) => Math.floor(Math.log10(low)) + i);
    return powers.flatMap((power) => [1, 2, 5].map((digit) => Number(`${digit}e${power}`)));
  }

  let moving = null;
  /* The point on show follows the walk when it pauses. */
  function follow(config) {
    if (!surface) return;
    clearTimeout(moving);
    moving = setTimeout(() => redraw(config), 120);
  }

  /* -- tables --------------------------------------------------------------------------------------------------------- */

  function table(head, rows, chosen) {
    const { element } = emlab.dom;
    const body = rows.map((cells, i) =>
      element("tr", cells.map((cell, j) => element(j ? "td" : "th", cell, j ? {} : { scope: "row" })), chosen(i) ? { class: "chosen" } : {})
    );
    const top = element("tr", head.map((text) => element("th", text, { scope: "col" })));
    return element("table", [element("thead", top), element("tbody", body)]);
  }

  const list = (values, digits) => values.map((value) => emlab.controls.format(value, digits)).join(", ");

  function startsTable({ rows }, config) {
    const digits = (name) => emlab.runFigures.digitsAmong(emlab.walk.state.result, 4, name);
    const cells = rows.map(({ count, log_likelihood: ell, what, parameters }) => {
      const { weights, ...others } = parameters;
      const words = Object.entries(others).map(([name, values]) => list(values, digits(name))).join("; ");
      return [ell.toFixed(3).replace("-", "−"), String(count), list(weights, 3), words, config.studyWords[what]];
    });
    return table(config.startsHead, cells, (i) => rows[i].what.startsWith("best"));
  }

  function sizesTable({ rows }, config) {
    const text = (value) => (value === null ? config.studyWords.none : value.toFixed(2).replace("-", "−"));
    const cells = rows.map((row) => [
      String(row.n_components),
      text(row.log_likelihood),
      String(row.n_free_parameters),
      text(row.aic),
      text(row.bic),
      row.chosen ? config.studyWords.chosen : "",
    ]);
    return table(config.sizesHead, cells, (i) => rows[i].chosen);
  }

  /* Parameters and their values, for the link. */
  const state = () => (settings ? [[...settings.parameters.study, ...settings.parameters.across], kept] : [[], {}]);

  emlab.studies = { afterRun, figureOf, follow, forget, redraw, state, surface: () => surface };
})();
