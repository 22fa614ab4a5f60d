/* Views that are not open at first. To make them all at once would keep the first from its sliders for seconds on a slow
   computer: so they come when nobody has touched anything for a while, one by one when there is time for them, and at
   once when their tab is pointed at, reached or pressed. */
(function () {
  "use strict";
  const emlab = (window.emlab = window.emlab || {}); // its parts load in any order
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  clientside.emlab = clientside.emlab || {};

  const LATEST = 5000; // ms until the others come though the first has no figure yet
  const QUIET = 3000; // ms without a move or a key: who tries the first sliders is not to wait for what is not seen
  const wanted = [];

  const panels = () => [...document.querySelectorAll(".view")];
  const viewOf = (panel) => panel.id.replace("view-", "");
  const missing = () => panels().filter((panel) => !panel.hasChildNodes()).map(viewOf);

  function want(...views) {
    const others = views.filter((view) => !wanted.includes(view) && missing().includes(view));
    if (!others.length) return;
    wanted.push(...others);
    clientside.set_props("wanted-views", { data: [...wanted] });
  }

  const whenDrawn = (then) => {
    if (!document.querySelector(".view:not([hidden]) .graph")) return then();
    document.addEventListener("drawn", then, { once: true });
    setTimeout(then, LATEST);
  };

  let touched = 0; // when, by the page's clock
  for (const type of ["pointerdown", "pointermove", "keydown", "wheel"])
    document.addEventListener(type, () => (touched = performance.now()), { capture: true, passive: true });

  function whenQuiet(then) {
    const left = touched + QUIET - performance.now();
    if (left <= 0) return then();
    setTimeout(() => whenQuiet(then), left);
  }

  /* One after the other. */
  function oneByOne() {
    emlab.figures.whenIdle(() => {
      const [next] = missing().filter((view) => !wanted.includes(view));
      if (!next) return;
      want(next);
      oneByOne();
    });
  }

  const delivered = new Set();

  /* Called once when the page stands, then for whatever is wanted. */
  clientside.emlab.views = function (views, layouts) {
    const outputs = clientside.callback_context.outputs_list.map(({ id }) => id.replace("view-", ""));
    if (!views) whenDrawn(() => setTimeout(() => whenQuiet(oneByOne), QUIET));
    return outputs.map((view) => {
      if (!(views || []).includes(view) || delivered.has(view)) return clientside.no_update;
      delivered.add(view);
      return layouts[view];
    });
  };

  clientside.emlab.select_view = function () {
    const { triggered_id: pressed, inputs_list: tabs } = clientside.callback_context;
    const open = tabs.map(({ id }) => id === pressed);
    want(pressed.replace("tab-", ""));
    document.title = document.title.replace(/^.*(?= – )/, document.getElementById(pressed).textContent); // the page's name stays
    return [...open.map(String), ...open.map((yes) => (yes ? 0 : -1)), ...open.map((yes) => !yes)];
  };

  for (const type of ["pointerover", "focusin"])
    document.addEventListener(type, ({ target }) => {
      const button = target.closest && target.closest("header button");
      if (button && button.role === "tab") want(button.id.replace("tab-", ""));
      else if (button) oneByOne(); // a link to the page tells of all views
    });

  emlab.views = { all: () => want(...missing()), oneByOne, want };
})();
