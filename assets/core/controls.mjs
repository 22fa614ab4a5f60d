/* Sliders, number boxes, choices, switches and tabs. Bounds and words come from Python. */
import { dash } from "./dash.mjs";
import { byId, element } from "./dom.mjs";
import { decimal, read as readNumber, readFor, stepped, write } from "./numbers.mjs";
import { fill, format, withMinus } from "./text.mjs";

/* Every registered slider and box: id -> its parameter, the valid values of its view, the page's config, and what to
   do at once when it moves.

   Events are handled here and not by Dash, since an update by Dash takes longer than a frame: Dash, and a view's
   callback, get a slider's value when it rests. Of boxes Dash knows nothing. */
/** @type {Map<string, Control>} */
const controls = new Map();

/** @type {(parameters: Parameter[], values: Values, config: Config, onMove?: () => void) => void} */
function register(parameters, values, config, onMove = () => {}) {
  for (const p of parameters) {
    for (const id of [`${p.name}-slider`, boxId(p)]) controls.set(id, { p, values, config, onMove });
    if (!byId(boxId(p))) byId(`${p.name}-box-place`).append(makeBox(p));
    setBounds(p);
    showValue(p, values);
  }
}

/** A number box. A browser's own number field drops characters in silence; Dash would write its own value over what
   is typed.
   @type {(p: Parameter, attributes?: Words) => HTMLInputElement} */
const makeBox = (p, attributes = {}) =>
  element("input", [], {
    type: "text",
    id: boxId(p),
    class: "number-box",
    role: "spinbutton",
    autocomplete: "off",
    spellcheck: "false",
    ...attributes,
  });

/** Another source of data has other bounds. A phone's keypad for decimals has neither minus nor exponent.
   @param {Parameter} p */
function setBounds(p) {
  const isPlain = p.minimum >= 0 && p.step !== null;
  const box = byId(boxId(p));
  box.inputMode = isPlain ? "decimal" : "text";
  box.setAttribute("aria-valuemin", decimal(p.minimum));
  box.setAttribute("aria-valuemax", decimal(p.maximum));
}

/** A parameter with a column has its box in a cell of a table, others in a row of their own.
   @param {Parameter} p */
const boxId = ({ name, column }) => /** @type {const} */ (`${name}-${column ? "cell" : "box"}`);
/** @param {Parameter} p */
const errorId = (p) => (p.column ? `${boxId(p)}-error` : `${p.name}-error`);

function setText(id, text) {
  const written = withMinus(text);
  if (byId(id).textContent !== written) byId(id).textContent = written;
}

/** @type {(control: Control, found: Typed) => string} */
function refusal({ p, values, config }, found) {
  if (!found.problem) return "";
  const named = document.querySelector(`label[for="${boxId(p)}"]`); // λ may be a scale or a rate
  const label = named ? named.textContent : p.label;
  const problem = fill(config.problems[found.problem], found);
  return fill(config.refusal, { label, problem, allowed: p.allowed, kept: write(values[p.name]) });
}

const ERROR_REST = 300; // ms until an old message goes: what is under the pointer must not move as it is pressed
const refused = new Set();
/** @param {Parameter} p */
const isRefused = (p) => refused.has(boxId(p));

/** A refused box is marked invalid and described by the message; an empty message ends both.
   @type {(p: Parameter, message: string) => void} */
function showRefusal(p, message) {
  if (message) {
    refused.add(boxId(p));
    setText(errorId(p), message);
    byId(boxId(p)).setAttribute("aria-invalid", "true");
    byId(boxId(p)).setAttribute("aria-describedby", errorId(p));
  } else if (refused.delete(boxId(p))) {
    for (const name of ["aria-invalid", "aria-describedby"]) byId(boxId(p))?.removeAttribute(name);
    setTimeout(() => isRefused(p) || !byId(errorId(p)) || setText(errorId(p), ""), ERROR_REST);
  }
}

/* A slider's value in words, from its first focus on: a number alone could be anything. */
const WEIGHT = /(pi1|rho)$/;
const number = (value) =>
  (Number.isInteger(value) ? value.toFixed(1) : String(Number(value.toPrecision(6)))).replace("-", "−");

/** @type {(control: Control, value: number) => string} */
function valueInWords({ p, config }, value) {
  const { plain, measured, weight, rate } = config.valueWords;
  const isRate = byId(`${p.name}-slider-label`).textContent === config.rateLabels[p.name];
  const words = WEIGHT.test(p.name) ? weight : isRate ? rate : p.unit ? measured : plain;
  const other = p.name.endsWith("pi1") ? 2 : 1;
  const [rest, mean] = [number(1 - value), format(1 / value, 3)];
  return fill(words, { value: number(value), unit: p.unit, rest, other, mean });
}

function setValueText(slider) {
  const control = controls.get(slider.id);
  if (control) slider.setAttribute("aria-valuetext", valueInWords(control, control.values[control.p.name]));
}

document.addEventListener("focusin", ({ target }) => {
  if (target.type === "range") setValueText(target);
});

const AT_REST = 150; // ms without a move until Dash gets a slider's value
const TYPED = 500; // ms without a key until the typed text is read
const timers = {}; // key, as the id of a control -> timer

function cancel(key) {
  clearTimeout(timers[key]);
  delete timers[key];
}

/* Do an action after some ms, unless another follows with the same key. */
function delay(ms, key, action) {
  cancel(key);
  timers[key] = setTimeout(() => {
    delete timers[key];
    action();
  }, ms);
}

/** @type {(event: Event, slider: HTMLInputElement, control: Control) => void} */
function handleSlider(event, slider, { p, values, onMove }) {
  event.stopPropagation(); // Dash gets the value when the slider rests
  if (event.type === "change" && values[p.name] === Number(slider.value)) return; // at release, after an input
  values[p.name] = Number(slider.value);
  showValue(p, values);
  delay(AT_REST, slider.id, () => {
    // Dash writes it into the slider some time later, which must not be held elsewhere by then.
    if (pressed === slider) untilReleased.push(() => tellDash(slider));
    else tellDash(slider);
  });
  onMove();
}

const tellDash = (slider) => dash.set_props(slider.id, { value: slider.value });

/** While somebody is typing, the text stays as it is.
   @type {(box: HTMLInputElement, control: Control, typing?: boolean) => void} */
function readBox(box, control, typing = false) {
  if (!box.isConnected) return; // its table is gone
  const { p, values, onMove } = control;
  const found = readFor(p, box.value);
  showRefusal(p, refusal(control, found));
  if (found.problem) return;
  if (!typing) box.value = write(found.value);
  if (values[p.name] === found.value) return;
  values[p.name] = found.value;
  showValue(p, values);
  if (p.slider) dash.set_props(`${p.name}-slider`, { value: String(found.value) });
  onMove();
}

/* To press something else ends typing. Rows and messages that then come or go would move what is pressed: they wait
   for the release, which is before the click. */
let pressed = null;
const untilReleased = [];
document.addEventListener("pointerdown", ({ target }) => (pressed = target), true);
for (const type of ["pointerup", "pointercancel"])
  document.addEventListener(
    type,
    () => {
      pressed = null;
      untilReleased.splice(0).forEach((action) => action());
    },
    true
  );

/** "1" on the way to "1e9" is not a value: typed keys are read after a pause, arrow keys and Enter at once.
   @type {(event: InputEvent, box: HTMLInputElement, control: Control) => void} */
function handleBox(event, box, control) {
  const typing = event.type === "input" && event.inputType;
  cancel(box.id);
  if (typing) delay(TYPED, box.id, () => readBox(box, control, true));
  else if (pressed && pressed !== box) untilReleased.push(() => readBox(box, control));
  else readBox(box, control);
}

function handle(event) {
  const control = controls.get(event.target.id);
  if (control) (event.target.type === "range" ? handleSlider : handleBox)(event, event.target, control);
}

/* Arrow and Page keys step, from what is typed if it is a number; Home and End move in the text. */
document.addEventListener("keydown", (event) => {
  const { target: box, ctrlKey, altKey, metaKey, shiftKey } = /** @type {any} */ (event);
  const control = controls.get(box.id);
  const by = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
  if (!control || !by || box.type === "range" || ctrlKey || altKey || metaKey || shiftKey) return;
  event.preventDefault();
  cancel(box.id);
  const { p, values } = control;
  box.value = write(stepped(p, readNumber(box.value).value ?? values[p.name], by));
  readBox(box, control);
});

// Before React, which listens further down.
for (const type of ["input", "change"]) document.addEventListener(type, handle, true);

/** Show a parameter's valid value in its box, without a refusal. Text that has this value stays.
   @type {(p: Parameter, values: Values) => void} */
function showValue(p, values) {
  const box = byId(boxId(p));
  const slider = p.slider ? byId(`${p.name}-slider`) : null;
  if (slider?.hasAttribute("aria-valuetext")) setValueText(slider);
  if (readNumber(box.value).value !== values[p.name]) box.value = write(values[p.name]);
  box.setAttribute("aria-valuenow", decimal(values[p.name]));
  box.setAttribute("aria-valuetext", write(values[p.name])); // 1e-12, not a row of zeros
  showRefusal(p, "");
}

/** Take over the values of sliders that came to rest. A box in which somebody has typed on keeps its text.
   @param {Dash["callback_context"]} context */
function read(context) {
  for (const { prop_id: property, value } of context.triggered) {
    const control = controls.get(property.replace(/\.value$/, ""));
    if (!control) continue;
    control.values[control.p.name] = Number(value);
    if (!(boxId(control.p) in timers)) showValue(control.p, control.values);
  }
}

/** Set parameters to `changes` wherever they show; a slider's `bounds` too where they have changed.
   @type {(parameters: Parameter[], changes: Values, values: Values, bounds?: boolean) => void} */
function set(parameters, changes, values, bounds = false) {
  for (const p of parameters) {
    values[p.name] = changes[p.name];
    const limits = bounds ? { min: p.minimum, max: p.maximum, step: p.step ?? "any" } : {};
    if (p.slider) dash.set_props(`${p.name}-slider`, { ...limits, value: String(values[p.name]) });
    showValue(p, values);
  }
}

/** @param {Parameter[]} parameters */
const defaults = (parameters) => Object.fromEntries(parameters.map((p) => [p.name, p.default]));
/** @type {(parameters: Parameter[], values: Values) => void} */
const reset = (parameters, values) => set(parameters, defaults(parameters), values);

/** [name, value, default] for the address.
   @type {(parameters: Parameter[], values: Values) => Setting[]} */
const linked = (parameters, values) => parameters.map((p) => [p.name, values[p.name], p.default]);

/* A disabled button can still have the focus. */
function disable(button, on) {
  if (on) button.setAttribute("aria-disabled", "true");
  else button.removeAttribute("aria-disabled");
}

/** @type {(context: Dash["callback_context"], id: string) => boolean} */
const wasTriggered = (context, id) => context.triggered.some(({ prop_id: prop }) => prop.startsWith(`${id}.`));

/* Dash does not hear a list, which is plain HTML. */
document.addEventListener("change", ({ target }) => {
  if (target.dataset.store) dash.set_props(target.dataset.store, { data: target.value });
});

/* Choose from a list as if by hand. */
function choose(list, value) {
  byId(`${list}-select`).value = value;
  dash.set_props(list, { data: value });
}

/* For Dash: one of several buttons was pressed. */
function pressOne() {
  const { triggered_id: pressed, outputs_list: outputs } = dash.callback_context;
  const [store, ...buttons] = outputs;
  if (byId(pressed).getAttribute("aria-pressed") === "true") return outputs.map(() => dash.no_update);
  return [pressed.slice(store.id.length + 1), ...buttons.map(({ id }) => String(id === pressed))];
}

/* For Dash: a switch was pressed. */
const toggle = (_clicks, on) => [!on, String(!on)];

/* For Dash: a tab was pressed. What the tabs and their panels become: selected, tabindex, hidden. */
function openTab() {
  const { triggered_id: pressed, inputs_list: tabs } = dash.callback_context;
  const open = tabs.map(({ id }) => id === pressed);
  return [...open.map(String), ...open.map((yes) => (yes ? 0 : -1)), ...open.map((yes) => !yes)];
}

/* Move the focus past header and controls, to the content of the open view. */
document.addEventListener("click", (event) => {
  if (event.target.id !== "skip") return;
  event.preventDefault();
  const main = byId("main");
  const content = main.querySelector(".view:not([hidden]) :is(.stage, .results, .background)") || main;
  content.tabIndex = -1;
  content.focus();
});

/* Arrow keys, Home and End move between tabs, as in every tab list. */
document.addEventListener("keydown", (event) => {
  const tab = event.target.closest?.('[role="tab"]');
  if (!tab || event.ctrlKey || event.altKey || event.metaKey) return; // Alt and an arrow go back and forward
  const tabs = [...tab.closest('[role="tablist"]').querySelectorAll('[role="tab"]')].filter((one) => one.offsetWidth);
  const at = tabs.indexOf(tab);
  const next = { ArrowRight: at + 1, ArrowLeft: at - 1 + tabs.length, Home: 0, End: tabs.length - 1 }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  tabs[next % tabs.length].focus();
  tabs[next % tabs.length].click();
});

export {
  boxId,
  cancel,
  choose,
  defaults,
  delay,
  disable,
  errorId,
  isRefused,
  linked,
  makeBox,
  openTab,
  pressOne,
  read,
  register,
  reset,
  set,
  setText,
  toggle,
  wasTriggered,
};
