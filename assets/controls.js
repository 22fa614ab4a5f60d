/* Sliders, number boxes, choices, switches and tabs. What is allowed, and the words, come from Python. */
(function () {
  "use strict";
  const emlab = (window.emlab = window.emlab || {});
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  clientside.emlab = clientside.emlab || {};

  const fill = (template, values) => template.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  /* A number for people: so many significant digits, no exponent where it can be had. */
  function format(value, digits = 4) {
    if (!Number.isFinite(value)) return "–";
    if (value === 0) return "0";
    const size = Math.abs(value);
    if (size >= 1e6 || size < 1e-4) return value.toExponential(digits - 1).replace("e+", "e").replace("-", "−");
    const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
    return value.toFixed(decimals).replace("-", "−");
  }

  /* Which problem (a key of PROBLEMS) what stands in the box of parameter p has, or null. */
  function problemOf(p, box) {
    if (box.value === "") return box.validity.badInput ? "not_a_number" : "empty";
    const typed = Number(box.value);
    if (!Number.isFinite(typed)) return "not_a_number";
    if (typed < p.minimum) return "too_small";
    if (typed > p.maximum) return "too_large";
    return box.validity.stepMismatch ? "off_step" : null;
  }

  /* Every box as last read: name -> its parameter, the values of its view, the page's words. Dash reports a refused
     value as no number at all, and only once, so the box itself is heard at every keystroke. */
  const boxes = new Map();

  function watch(parameters, kept, config) {
    for (const p of parameters) boxes.set(`${p.name}-box`, { p, kept, config });
  }

  function refusal({ p, kept, config }, box) {
    const problem = problemOf(p, box);
    if (!problem) return "";
    const words = { label: labelOf(p), problem: config.problems[problem], allowed: p.allowed, kept: kept[p.name] };
    return fill(config.refusal, words);
  }

  document.addEventListener("input", ({ target }) => {
    const known = boxes.get(target.id);
    if (known) clientside.set_props(`${known.p.name}-error`, { children: refusal(known, target) });
  });

  /* Read what moved. `kept` (name -> last good value) is brought up to date; returned are updates of other
     properties ("id.property" -> value) and whether any value changed. */
  function read(context, parameters, kept) {
    const updates = {};
    let changed = false;
    const byControl = new Map();
    for (const p of parameters) {
      byControl.set(`${p.name}-slider.value`, p);
      byControl.set(`${p.name}-box.value`, p);
    }
    for (const { prop_id: control, value } of context.triggered) {
      const p = byControl.get(control);
      const isBox = control.endsWith("-box.value");
      if (!p || (isBox && !Number.isFinite(value))) continue;
      const number = Number(value);
      changed = changed || kept[p.name] !== number;
      kept[p.name] = number;
      updates[`${p.name}-error.children`] = "";
      if (!isBox) updates[`${p.name}-box.value`] = number;
      else if (p.slider) updates[`${p.name}-slider.value`] = String(number);
    }
    return { updates, changed };
  }

  /* The label as it stands on the page: λ may be a scale or a rate. */
  const labelOf = (p) => document.querySelector(`label[for="${p.name}-box"]`).textContent;

  /* Set parameters to values, everywhere they show. */
  function set(parameters, values, kept) {
    const updates = {};
    for (const p of parameters) {
      kept[p.name] = values[p.name];
      updates[`${p.name}-box.value`] = values[p.name];
      updates[`${p.name}-error.children`] = "";
      if (p.slider) updates[`${p.name}-slider.value`] = String(values[p.name]);
    }
    return updates;
  }

  const defaults = (parameters) => Object.fromEntries(parameters.map((p) => [p.name, p.default]));

  /* A callback's return value from updates by "id.property"; what is not named stays. */
  function answer(context, updates) {
    return context.outputs_list.map(({ id, property }) => {
      const key = `${id}.${property.split("@")[0]}`;
      return key in updates ? updates[key] : clientside.no_update;
    });
  }

  const wasTriggered = (context, id) => context.triggered.some(({ prop_id: prop }) => prop.startsWith(`${id}.`));

  emlab.controls = { answer, defaults, fill, format, read, set, wasTriggered, watch };

  /* One of several buttons pressed. */
  clientside.emlab.choose = function () {
    const { triggered_id: pressed, outputs_list: outputs } = clientside.callback_context;
    const [store, ...buttons] = outputs;
    return [pressed.slice(store.id.length + 1), ...buttons.map(({ id }) => String(id === pressed))];
  };

  clientside.emlab.toggle = (_clicks, on) => [!on, String(!on)];

  clientside.emlab.theme = function (chosen) {
    if (chosen === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen;
    return emlab.figures.mode();
  };

  clientside.emlab.select_view = function () {
    const { triggered_id: pressed, inputs_list: tabs } = clientside.callback_context;
    const open = tabs.map(({ id }) => id === pressed);
    return [...open.map(String), ...open.map((yes) => (yes ? 0 : -1)), ...open.map((yes) => !yes)];
  };

  /* Arrow keys, Home and End move between tabs, as in every tab list. */
  document.addEventListener("keydown", (event) => {
    const tab = event.target.closest && event.target.closest('[role="tab"]');
    if (!tab) return;
    const tabs = [...tab.parentElement.querySelectorAll('[role="tab"]')];
    const at = tabs.indexOf(tab);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1 + tabs.length, Home: 0, End: tabs.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    tabs[next % tabs.length].focus();
    tabs[next % tabs.length].click();
  });
})();
