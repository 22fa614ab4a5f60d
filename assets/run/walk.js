/* Walking through a run, forwards and back: all local, the browser has the data and every record.

   A run of T iterations has 2T + 1 places. Even places 2t follow an E-step: parameters and responsibilities of record
   t, the bound touches the log-likelihood. Odd places 2t + 1 follow an M-step: the parameters have moved on to record
   t + 1, the responsibilities are still those of record t. Without half-steps the walk keeps to the even places. */
(function () {
  "use strict";
  const emlab = (window.emlab = window.emlab || {}); // its parts load in any order
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  clientside.emlab = clientside.emlab || {};

  const REST = 700; // ms without a step until the place is read aloud
  const walk = { result: null, place: 0, halves: false, colourBy: "label", colours: "", config: null };
  let playing = null;
  let announcing = null;

  const end = () => 2 * (walk.result.log_likelihood.length - 1);
  const stride = () => (walk.halves ? 1 : 2);

  /* What is on show at a place. Responsibilities of the last record asked for are kept: half-steps ask twice. */
  const known = { t: null, result: null, q: null };
  function responsibilitiesAt(t) {
    const { result } = walk;
    if (known.t !== t || known.result !== result) {
      const p = emlab.runFigures.record(result, t);
      Object.assign(known, { t, result, q: result.x.map((x) => emlab.densities.responsibilities(result.family, p, x)) });
    }
    return known.q;
  }

  function stepAt(place) {
    const t = Math.ceil(place / 2);
    return { t, p: emlab.runFigures.record(walk.result, t), q: responsibilitiesAt(Math.floor(place / 2)) };
  }

  const halvesAreOn = () => document.getElementById("half-steps-button").getAttribute("aria-checked") === "true";

  /* A new result: start at its end, where the answer is, or at `iteration`. */
  function open(result, iteration = Infinity) {
    stop();
    walk.result = result;
    walk.halves = Boolean(result.bounds) && halvesAreOn();
    document.getElementById("half-steps-button").closest(".switch").hidden = !result.bounds;
    walk.place = Math.min(Math.max(0, 2 * iteration), end());
    if (!walk.halves) walk.place += walk.place % 2;
    const slider = document.getElementById("walk-slider");
    clientside.set_props("walk-slider", { max: end() / stride(), value: String(walk.place / stride()) });
    slider.max = end() / stride();
  }

  /* Everything anew: another result, other colours. */
  function present(colourBy, config) {
    Object.assign(walk, { colourBy, config });
    const { result } = walk;
    const step = stepAt(walk.place);
    draw(step, emlab.figures.showNow);
    const labels = result.z ? "true_labels" : "likely_labels";
    const count = emlab.runFigures.componentsOf(result).length;
    const responsibility = ["one_colour", "responsibility"][count - 1] ?? "certainty";
    walk.colours = config.sentences[colourBy === "responsibility" ? responsibility : labels];
    document.querySelectorAll("#posterior-legend li").forEach((entry, k) => (entry.hidden = k >= count));
    document.getElementById("true-legend").hidden = !result.true;
    emlab.controls.say("run-sentence", result.sentence);
    emlab.controls.say("run-note", [...result.notes, walk.colours].join(" "));
    const table = document.getElementById("run-table");
    table.replaceChildren(emlab.runFigures.table(result, step, config));
    emlab.scrolling.watch(table);
    table.closest(".card").classList.toggle("tall", count > 2);
    tell();
  }

  const makers = {
    "data-figure": (step, config) => emlab.runFigures.dataFigure(walk.result, step, walk.colourBy, config),
    "posterior-figure": (step, config) => emlab.runFigures.posteriorFigure(walk.result, step, config),
    "log-likelihood-figure": (step, config) => emlab.runFigures.logLikelihoodFigure(walk.result, step, config),
    "parameters-figure": (step, config) => emlab.runFigures.parametersFigure(walk.result, step, config),
  };

  /* A figure of the run as it is on show. */
  const figureOf = (id, config) => makers[id](stepAt(walk.place), config).figure;

  function draw(step, how) {
    const { result, place, config } = walk;
    const drawOne = (id) => {
      const { figure, marks } = makers[id](step, config);
      how(id, figure, marks);
    };
    ["data-figure", "posterior-figure", "log-likelihood-figure"].forEach(drawOne);
    const parameters = () => {
      if (walk.result !== result || walk.place !== place) return; // meanwhile one walked on
      drawOne("parameters-figure");
    };
    if (how === emlab.figures.showMoving) parameters();
    else afterPaint(parameters); // the answer first; this stands further down the page
  }

  /* The names of lines stand apart by pixels: anew, where the figure has come to another height. */
  for (const type of ["drawn", "resized"])
    document.addEventListener(type, ({ target: plot }) => {
      const place = plot.closest("#parameters-figure");
      const figure = emlab.figures.onShow["parameters-figure"];
      if (!place || !figure || figure.layout.meta.height === place.clientHeight) return;
      emlab.figures.showNow("parameters-figure", figureOf("parameters-figure", walk.config));
    });

  const afterPaint = (then) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(then)));

  function go(place) {
    if (!walk.result || !walk.config) return;
    const to = Math.min(Math.max(place, 0), end());
    if (to === walk.place) return;
    walk.place = to;
    const step = stepAt(to);
    draw(step, emlab.figures.showMoving);
    emlab.runFigures.showRecord(walk.result, step, document.querySelector("#run-table tbody"));
    emlab.studies.follow(walk.config);
    emlab.events.changed();
    tell();
  }

  /* Slider, place in words, and the bar: log-likelihood = bound J + gap. */
  function tell() {
    const { result, place, config } = walk;
    const { count, fill, format, say } = emlab.controls;
    const t = Math.ceil(place / 2);
    const last = end() / 2;
    const slider = document.getElementById("walk-slider");
    slider.value = String(place / stride());
    const half = place % 2 ? "after_m" : "after_e";
    const words = fill(config.sentences[walk.halves ? half : "at_iteration"], { t: count(t), last: count(last) });
    say("walk-place", words);
    slider.setAttribute("aria-valuetext", words);
    const ell = result.log_likelihood[t];
    const bound = place % 2 ? result.bounds[t - 1] : ell;
    const [low] = result.log_likelihood; // neither it nor the bound ever falls
    const span = result.log_likelihood[last] - low || 1;
    const bar = document.getElementById("bound-bar");
    bar.style.setProperty("--bound", (bound - low) / span);
    bar.style.setProperty("--ell", (ell - low) / span);
    const sentence = config.sentences[result.bounds ? "bound" : "no_bound"];
    say("bound-words", fill(sentence, { ell: format(ell, 7), bound: format(bound, 7), gap: format(ell - bound, 3) }));
    clearTimeout(announcing);
    if (!playing) announcing = setTimeout(() => say("walk-announcement", `${words}. ${document.getElementById("bound-words").textContent}`), REST);
  }

  /* -- the transport ------------------------------------------------------------------------------------------------ */

  const speed = () => {
    const pressed = document.querySelector('#speed-group [aria-pressed="true"]');
    return Number(pressed.id.replace("speed-", ""));
  };

  function stop() {
    if (playing) cancelAnimationFrame(playing);
    const played = playing;
    playing = null;
    showPlaying();
    if (played) tell(); // in silence until now
  }

  function showPlaying() {
    const button = document.getElementById("walk-play");
    const { play, pause } = JSON.parse(button.dataset.words);
    emlab.controls.say("walk-play", playing ? pause : play);
  }

  function play() {
    if (playing || !walk.result) return stop();
    if (walk.place >= end()) go(0);
    let due = performance.now() + 1000 / speed();
    const frame = (now) => {
      if (walk.place >= end()) return stop();
      if (now >= due) {
        const steps = Math.max(1, Math.floor(((now - due) * speed()) / 1000) + 1);
        due += (steps * 1000) / speed();
        go(walk.place + steps * stride());
      }
      playing = requestAnimationFrame(frame);
    };
    playing = requestAnimationFrame(frame);
    showPlaying();
  }

  const back = () => go(walk.place - (walk.halves || walk.place % 2 === 0 ? stride() : 1));
  const forward = () => go(walk.place + (walk.halves || walk.place % 2 === 0 ? stride() : 1));
  const manual = (move) => () => (stop(), move());
  const actions = {
    "walk-start": manual(() => go(0)),
    "walk-back": manual(back),
    "walk-play": play,
    "walk-forward": manual(forward),
    "walk-end": manual(() => go(end())),
  };
  const keys = { " ": "walk-play", ArrowLeft: "walk-back", ArrowRight: "walk-forward", Home: "walk-start", End: "walk-end" };

  document.addEventListener("click", ({ target }) => {
    const button = target.closest && target.closest("button");
    if (button && actions[button.id]) actions[button.id]();
  });

  document.addEventListener("keydown", (event) => {
    const slider = document.getElementById("walk-slider");
    const { target } = event;
    if (event.defaultPrevented) return; // a figure that is walked through point by point
    if (!walk.result || !slider || slider.closest("[hidden]") || event.ctrlKey || event.altKey || event.metaKey) return;
    if (document.querySelector("dialog[open]")) return; // the run lies beneath it
    if (target.matches("input, textarea, select, [role=tab]") || (event.key === " " && target.matches("button, a"))) return;
    if (target.matches('.figure-table, [data-scrolls][tabindex="0"]')) return; // they scroll by these keys
    const action = actions[keys[event.key]];
    if (!action) return;
    event.preventDefault();
    action();
  });

  /* As with the other sliders, Dash need not hear of every move. */
  for (const type of ["input", "change"])
    document.addEventListener(
      type,
      (event) => {
        if (event.target.id !== "walk-slider") return;
        event.stopPropagation();
        if (type === "input") manual(() => go(Number(event.target.value) * stride()))();
      },
      true
    );

  clientside.emlab.half_steps = function (on) {
    if (!walk.result || !walk.result.bounds) return;
    stop();
    walk.halves = on;
    if (!on && walk.place % 2) go(walk.place + 1);
    document.getElementById("walk-slider").max = end() / stride();
    tell();
  };

  /* The iteration on show, unless it is the last; halves follow an M-step. */
  const onShow = () => (walk.result && walk.place < end() ? walk.place / 2 : null);

  emlab.walk = { figureOf, go, onShow, open, present, state: walk, step: () => stepAt(walk.place) };
})();
