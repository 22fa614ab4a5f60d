/* Sliders, number boxes, choices, switches and tabs. What is allowed, and the words, come from Python. */
(function () {
  "use strict";
  const emlab = (window.emlab = window.emlab || {});
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  clientside.emlab = clientside.emlab || {};

  const fill = (template, values) => template.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  /* How many: with commas. */
  const count = (whole) => whole.toLocaleString("en");

  /* A number for people: so many significant digits, no exponent where it can be had. */
  function format(number, digits = 4) {
    if (!Number.isFinite(number)) return "–";
    const value = Number(number.toPrecision(digits));
    const size = Math.abs(value);
    if (size < 1e-12) return "0"; // rounding
    const exponent = size >= 10 ** Math.max(6, digits - 1) || size < 1e-4;
    const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
    const text = exponent ? value.toExponential(digits - 1).replace("e+", "e") : value.toFixed(decimals);
    return text.replaceAll("-", "−");
  }

  /* So many digits or, where values from `low` to `high` are `close` times as far from 0 as from one another, as many as
     tell them apart; 12 travel. As components/state/own_data/reading.py has it. */
  function digitsOver(low, high, digits, close) {
    const ratio = Math.max(Math.abs(low), Math.abs(high)) / (high - low);
    return ratio >= close && ratio < Infinity ? Math.min(12, digits + Math.ceil(Math.log10(ratio))) : digits;
  }

  /* Sentences that Python wrote have a hyphen where a minus should stand, and 1e-05 for 1e−5; as components/state/parameters.py
     has it. */
  const withMinus = (text) =>
    text
      .replace(/(^|[\s(])-(?=\d)/g, "$1−")
      .replace(/(^|[\s(−±])(\d+(?:\.\d+)?)e([-+])0*(?=\d)/g, (_, before, digits, sign) => `${before}${digits}e${sign === "-" ? "−" : ""}`);

  /* Which problem (a key of PROBLEMS) what stands in the box of parameter p has, or null. */
  function problemOf(p, box) {
    if (box.value === "") return box.validity.badInput ? "not_a_number" : "empty";
    const typed = Number(box.value);
    if (!Number.isFinite(typed)) return "not_a_number";
    if (typed < p.minimum) return "too_small";
    if (typed > p.maximum) return "too_large";
    return box.validity.stepMismatch ? "off_step" : null;
  }

  /* Every control that is looked after: its parameter, the last good values of its view, the page's words, and what
     to do at once when it moves.

     Moves are heard here, from the browser: an update by way of Dash costs more than a frame, so Dash (and with it a
     view's callback) hears of a slider when it has come to rest. Boxes are read here for another reason too: Dash
     reports a refused value as no number at all, and only once. */
  const looked = new Map(); // id of a slider or box -> { p, kept, config, moved }

  function lookAfter(parameters, kept, config, moved = () => {}) {
    for (const p of parameters)
      for (const id of [`${p.name}-slider`, boxId(p)]) looked.set(id, { p, kept, config, moved });
  }

  /* A parameter's number stands in a row of its own or, if it has a column, in a cell of a table. */
  const boxId = ({ name, column }) => `${name}-${column ? "cell" : "box"}`;
  const errorId = (p) => (p.column ? `${boxId(p)}-error` : `${p.name}-error`);

  const element = (id) => document.getElementById(id);

  function say(id, words) {
    const written = withMinus(words);
    if (element(id).textContent !== written) element(id).textContent = written;
  }

  function refusal({ p, kept, config }, box) {
    const problem = problemOf(p, box);
    if (!problem) return "";
    const named = document.querySelector(`label[for="${box.id}"]`); // λ may be a scale or a rate
    const label = named ? named.textContent : p.label;
    return fill(config.refusal, { label, problem: config.problems[problem], allowed: p.allowed, kept: kept[p.name] });
  }

  const CALM = 300; // ms until words that no longer hold go: what is under the pointer must not move as it is pressed
  const refused = new Set();
  const isRefused = (p) => refused.has(boxId(p));

  /* A refused box says so itself, with the words as its description; both go with them. */
  function refuse(p, words) {
    if (words) {
      refused.add(boxId(p));
      say(errorId(p), words);
      element(boxId(p)).setAttribute("aria-invalid", "true");
      element(boxId(p)).setAttribute("aria-describedby", errorId(p));
    } else if (refused.delete(boxId(p))) {
      for (const name of ["aria-invalid", "aria-describedby"]) element(boxId(p))?.removeAttribute(name);
      setTimeout(() => isRefused(p) || !element(errorId(p)) || say(errorId(p), ""), CALM);
    }
  }

  /* A slider's value in words, from when it is first reached: a bare 0.3 could be anything. */
  const WEIGHT = /(pi1|rho)$/;
  const number = (value) => (Number.isInteger(value) ? value.toFixed(1) : String(Number(value.toPrecision(6)))).replace("-", "−");

  function valueInWords({ p, config }, value) {
    const { plain, measured, weight, rate } = config.valueWords;
    const isRate = element(`${p.name}-slider-label`).textContent === config.rateLabels[p.name];
    const words = WEIGHT.test(p.name) ? weight : isRate ? rate : p.unit ? measured : plain;
    const other = p.name.endsWith("pi1") ? 2 : 1;
    return fill(words, { value: number(value), unit: p.unit, rest: number(1 - value), other, mean: format(1 / value, 3) });
  }

  function tellValue(slider) {
    const known = looked.get(slider.id);
    if (known) slider.setAttribute("aria-valuetext", valueInWords(known, known.kept[known.p.name]));
  }

  document.addEventListener("focusin", ({ target }) => {
    if (target.type === "range") tellValue(target);
  });

  const AT_REST = 150; // ms without a move until Dash is told of a slider's value
  const TYPED = 500; // ms without a key until what was typed is taken for what was meant
  const waiting = {}; // id of a control -> timer

  function after(ms, id, then) {
    clearTimeout(waiting[id]);
    waiting[id] = setTimeout(() => {
      delete waiting[id];
      then();
    }, ms);
  }

  function hearSlider(event, slider, { p, kept, moved }) {
    event.stopPropagation(); // Dash hears of it when it has come to rest
    if (event.type === "change" && slider.id in waiting) return;
    kept[p.name] = Number(slider.value);
    showKept(p, kept);
    after(AT_REST, slider.id, () => clientside.set_props(slider.id, { value: slider.value }));
    moved();
  }

  function readBox(box, known) {
    if (!box.isConnected) return; // a table may have gone meanwhile, and its cells with it
    const { p, kept, moved } = known;
    const words = refusal(known, box);
    refuse(p, words);
    if (words || kept[p.name] === Number(box.value)) return;
    kept[p.name] = Number(box.value);
    if (p.slider) clientside.set_props(`${p.name}-slider`, { value: box.value });
    moved();
  }

  /* Who presses something else ends what was typed; rows and words come and go with it, and would take away what is
     pressed: they wait until it is let go, which is before it is clicked. */
  let pressed = null;
  const untilReleased = [];
  document.addEventListener("pointerdown", ({ target }) => (pressed = target), true);
  for (const type of ["pointerup", "pointercancel"])
    document.addEventListener(type, () => {
      pressed = null;
      untilReleased.splice(0).forEach((then) => then());
    }, true);

  /* "1" on the way to "1e9" is not a value: keys are waited for, arrow keys and Enter are not. */
  function hearBox(event, box, known) {
    const typing = event.type === "input" && event.inputType;
    clearTimeout(waiting[box.id]);
    if (typing) after(TYPED, box.id, () => readBox(box, known));
    else if (pressed && pressed !== box) untilReleased.push(() => readBox(box, known));
    else readBox(box, known);
  }

  function hear(event) {
    const known = looked.get(event.target.id);
    if (known) (event.target.type === "range" ? hearSlider : hearBox)(event, event.target, known);
  }

  /* A number over many orders of magnitude has no step to go by: arrow keys multiply or divide it by ten. */
  document.addEventListener("keydown", (event) => {
    const known = looked.get(event.target.id);
    const factor = { ArrowUp: 10, ArrowDown: 0.1 }[event.key];
    if (!known || !factor || known.p.step !== null) return;
    event.preventDefault();
    const { p, kept } = known;
    event.target.value = String(Number(Math.min(kept[p.name] * factor, p.maximum).toPrecision(12)));
    readBox(event.target, known);
  });

  // Before React, which listens further down.
  for (const type of ["input", "change"]) document.addEventListener(type, hear, true);

  /* A parameter's box shows its last good value, and nothing is refused. */
  function showKept(p, kept) {
    const box = element(boxId(p));
    const slider = p.slider && element(`${p.name}-slider`);
    if (slider && slider.hasAttribute("aria-valuetext")) tellValue(slider);
    if (box.value === "" || Number(box.value) !== kept[p.name]) box.value = String(kept[p.name]);
    refuse(p, "");
  }

  /* Bring the last good values up to date with sliders that came to rest. */
  function read(context) {
    for (const { prop_id: property, value } of context.triggered) {
      const known = looked.get(property.replace(/\.value$/, ""));
      if (!known) continue;
      known.kept[known.p.name] = Number(value);
      showKept(known.p, known.kept);
    }
  }

  /* Set parameters to values, everywhere they show; `bounds` too where they have changed. */
  function set(parameters, values, kept, bounds = false) {
    for (const p of parameters) {
      kept[p.name] = values[p.name];
      const limits = bounds ? { min: p.minimum, max: p.maximum, step: p.step ?? "any" } : {};
      if (bounds && !p.column) clientside.set_props(`${p.name}-box`, limits);
      if (p.slider) clientside.set_props(`${p.name}-slider`, { ...limits, value: String(kept[p.name]) });
      showKept(p, kept);
    }
  }

  const reset = (parameters, kept) => set(parameters, defaults(parameters), kept);

  const defaults = (parameters) => Object.fromEntries(parameters.map((p) => [p.name, p.default]));

  const wasTriggered = (context, id) => context.triggered.some(({ prop_id: prop }) => prop.startsWith(`${id}.`));

  /* A list is plain HTML, which Dash does not hear. */
  document.addEventListener("change", ({ target }) => {
    if (target.dataset.store) clientside.set_props(target.dataset.store, { data: target.value });
  });

  /* Choose from a list as if by hand. */
  function choose(list, value) {
    element(`${list}-select`).value = value;
    clientside.set_props(list, { data: value });
  }

  emlab.controls = { boxId, choose, count, defaults, digitsOver, errorId, fill, format, isRefused, lookAfter, read, reset, say, set, wasTriggered };

  /* One of several buttons pressed. */
  clientside.emlab.choose = function () {
    const { triggered_id: pressed, outputs_list: outputs } = clientside.callback_context;
    const [store, ...buttons] = outputs;
    if (element(pressed).getAttribute("aria-pressed") === "true") return outputs.map(() => clientside.no_update);
    return [pressed.slice(store.id.length + 1), ...buttons.map(({ id }) => String(id === pressed))];
  };

  clientside.emlab.toggle = (_clicks, on) => [!on, String(!on)];

  /* Past header and controls, to what the open view is about. */
  document.addEventListener("click", (event) => {
    if (event.target.id !== "skip") return;
    event.preventDefault();
    const main = element("main");
    const to = main.querySelector(".view:not([hidden]) :is(.stage, .results, .background)") || main;
    to.tabIndex = -1;
    to.focus();
  });

  /* Arrow keys, Home and End move between tabs, as in every tab list. */
  document.addEventListener("keydown", (event) => {
    const tab = event.target.closest && event.target.closest('[role="tab"]');
    if (!tab || event.ctrlKey || event.altKey || event.metaKey) return; // Alt and an arrow go back and forward
    const tabs = [...tab.parentElement.querySelectorAll('[role="tab"]')];
    const at = tabs.indexOf(tab);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1 + tabs.length, Home: 0, End: tabs.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    tabs[next % tabs.length].focus();
    tabs[next % tabs.length].click();
  });
})();
