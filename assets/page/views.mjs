/* Views that are not open at first. Loading all at once would block the first view for seconds on a slow computer. They
   come one by one when the page is idle and untouched, and at once when their tab is pointed at, focused or pressed. */
import { dash } from "../core/dash.mjs";
import { openTab } from "../core/controls.mjs";
import { byId } from "../core/dom.mjs";
import * as figures from "../figures/draw.mjs";

const LATEST = 5000; // ms until the others come though the first has no figure yet
const QUIET = 3000; // ms without input until the others come
const requested = [];

const panels = () => [...document.querySelectorAll(".view")];
const viewOf = (panel) => panel.id.replace("view-", "");
const missing = () =>
  panels()
    .filter((panel) => !panel.hasChildNodes())
    .map(viewOf);

function request(...views) {
  const others = views.filter((view) => !requested.includes(view) && missing().includes(view));
  if (!others.length) return;
  requested.push(...others);
  dash.set_props("wanted-views", { data: [...requested] });
}

const whenDrawn = (action) => {
  if (!document.querySelector(".view:not([hidden]) .graph")) return action();
  document.addEventListener("drawn", action, { once: true });
  setTimeout(action, LATEST);
};

let lastInput = 0; // time by the page's clock
for (const type of ["pointerdown", "pointermove", "keydown", "wheel"])
  document.addEventListener(type, () => (lastInput = performance.now()), { capture: true, passive: true });

function whenQuiet(action) {
  const remaining = lastInput + QUIET - performance.now();
  if (remaining <= 0) return action();
  setTimeout(() => whenQuiet(action), remaining);
}

function oneByOne() {
  figures.whenIdle(() => {
    const [next] = missing().filter((view) => !requested.includes(view));
    if (!next) return;
    request(next);
    oneByOne();
  });
}

const delivered = new Set();

/* For Dash: called once when the page is there, then for each request. */
function deliver(views, layouts) {
  const outputs = dash.callback_context.outputs_list.map(({ id }) => id.replace("view-", ""));
  if (!views) whenDrawn(() => setTimeout(() => whenQuiet(oneByOne), QUIET));
  return outputs.map((view) => {
    if (!(views || []).includes(view) || delivered.has(view)) return dash.no_update;
    delivered.add(view);
    return layouts[view];
  });
}

/* For Dash: a tab was pressed. */
function select() {
  const { triggered_id: pressed } = dash.callback_context;
  request(pressed.replace("tab-", ""));
  const name = byId(pressed).textContent;
  document.title = document.title.replace(/^.*(?= – )/, name); // the page's name stays
  return openTab();
}

for (const type of ["pointerover", "focusin"])
  document.addEventListener(type, ({ target }) => {
    const button = target.closest?.("header button");
    if (button && button.role === "tab") request(button.id.replace("tab-", ""));
    else if (button) oneByOne(); // a link needs all views
  });

const all = () => request(...missing());

export { all, deliver, oneByOne, select };
