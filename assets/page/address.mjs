/* The page's state in its address: what differs from the defaults. Python reads addresses, by the same tables
   (components/state/address.py); here they are written. */
import * as controls from "../core/controls.mjs";
import { byId, hides } from "../core/dom.mjs";
import * as events from "../core/events.mjs";
import * as features from "../core/features.mjs";
import { section } from "./background.mjs";
import { encode } from "./query.mjs";
import * as views from "./views.mjs";

const REST = 400; // ms without a change until the address is written: browsers limit how often
/** @type {Config} */
let settings = null; // the page's config, once all views are there

/** [name, value, default] of choices, switches and flags.
   @returns {Setting[]} */
function options() {
  const { view, choices, switches, hide, flags } = settings.link;
  const open = document.querySelector('[role="tab"][aria-selected="true"]').id.replace("tab-", "");
  const chosen = (id) => {
    const list = byId(`${id}-select`);
    return list ? list.value : document.querySelector(`[id^="${id}-"][aria-pressed="true"]`).id.slice(id.length + 1);
  };
  const isSet = (flag) => (document.querySelector(".page").classList.contains(flag) ? "on" : "off");
  const isOn = (id) => (byId(`${id}-button`).getAttribute("aria-checked") === "true" ? "on" : "off");
  return [
    [view.name, view.names[open], view.default],
    ...choices.map(({ name, id, default: usual }) => [name, chosen(id), usual]),
    ...switches.map(({ name, id, default: usual }) => [name, isOn(id), usual]),
    [hide.name, hide.groups.filter(hides).join(","), ""],
    ...flags.map((flag) => [flag, isSet(flag), "off"]),
  ];
}

const everything = () => [...options(), ...features.linked(settings)];

/* Name -> value of the present state. */
const shown = () => Object.fromEntries(everything());

/* The address of the present state with `changes` (name -> value). Before all views are there (`whenReady`) it is the
   one that the page was opened with. */
function address(changes = {}) {
  if (!settings) return location.href;
  const state = everything().map(([name, value, usual]) => [name, name in changes ? changes[name] : value, usual]);
  return location.origin + location.pathname + encode(state, settings.link.version);
}

/* The address needs all views. */
const changed = () => controls.delay(REST, "address", settings ? write : views.oneByOne);

function write() {
  const now = address() + section();
  if (now !== location.href) history.replaceState(history.state, "", now);
}

// In the capturing phase, since core/controls.mjs stops the moves of sliders.
for (const type of ["click", "input", "change", "keyup"]) document.addEventListener(type, changed, true);

const missing = new Set(["gaussian", "exponential", "run"]); // views with state in the address
/** @type {PromiseWithResolvers<void>} */
const ready = Promise.withResolvers();

events.onViewReady((view, config) => {
  missing.delete(view);
  if (missing.size || settings) return;
  settings = config;
  ready.resolve();
  changed();
});

/* Do what needs the address, when all views are there. */
function whenReady(action) {
  if (settings) return action();
  views.all();
  ready.promise.then(action);
}

// Not before: the first run of a view, which no user made, does not request the other views.
events.onChanged(() => settings && changed());

const isReady = () => settings !== null;

export { address, isReady, shown, whenReady };
