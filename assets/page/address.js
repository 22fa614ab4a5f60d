/* The page's state in its address. Python reads addresses (components/state/address.py); here they are written, from what the
   page shows and the same tables. Only what differs from the defaults is in them. */
(function () {
  "use strict";
  const emlab = (window.emlab = window.emlab || {}); // its parts load in any order

  const REST = 400; // ms without a change until the address is written: browsers limit how often

  let settings = null; // the page's tables, once they are known
  const element = (id) => document.getElementById(id);

  /* [name, value, default] of everything that is one of several. */
  function options() {
    const { view, choices, switches, hide, flags } = settings.link;
    const open = document.querySelector('[role="tab"][aria-selected="true"]').id.replace("tab-", "");
    const chosen = (id) => {
      const list = element(`${id}-select`);
      return list ? list.value : document.querySelector(`[id^="${id}-"][aria-pressed="true"]`).id.slice(id.length + 1);
    };
    const isSet = (flag) => (document.querySelector(".page").classList.contains(flag) ? "on" : "off");
    const isOn = (id) => (element(`${id}-button`).getAttribute("aria-checked") === "true" ? "on" : "off");
    return [
      [view.name, view.names[open], view.default],
      ...choices.map(({ name, id, default: usual }) => [name, chosen(id), usual]),
      ...switches.map(({ name, id, default: usual }) => [name, isOn(id), usual]),
      [hide.name, hide.groups.filter(emlab.dom.hides).join(","), ""],
      ...flags.map((flag) => [flag, isSet(flag), "off"]),
    ];
  }

  const numbers = (parameters, kept) => parameters.map((p) => [p.name, kept[p.name], p.default]);

  const everything = () => [
    ...options(),
    ...ownData(),
    ...emlab.explorers.state(settings).flatMap((one) => numbers(...one)),
    ...numbers(...emlab.run.state()),
    ...numbers(...emlab.studies.state()),
    [settings.link.iteration.name, emlab.walk.onShow(), null], // unless at the end
  ];

  const ownData = () => (element("source-select").value === "own" ? emlab.own.state() : []);

  function encode(state, version) {
    const given = state.filter(([, value, usual]) => value !== usual);
    if (!given.length) return "";
    const pair = ([name, value]) => `${name}=${encodeURIComponent(value).replaceAll("%2C", ",")}`;
    return `?${[["v", version], ...given].map(pair).join("&")}`;
  }

  /* Name -> value of what is on show. */
  const shown = () => Object.fromEntries(everything());

  /* The address of what is on show, with some of it changed: name -> value. While views are still to come it is the one
     that the page was opened with: who can wait for more does (`whenReady`). */
  function address(changes = {}) {
    if (!settings) return location.href;
    const state = everything().map(([name, value, usual]) => [name, name in changes ? changes[name] : value, usual]);
    return location.origin + location.pathname + encode(state, settings.link.version);
  }

  let waiting = null;
  function changed() {
    clearTimeout(waiting);
    waiting = setTimeout(settings ? write : emlab.views.oneByOne, REST); // the address needs all views
  }

  function write() {
    const now = address() + emlab.background.section();
    if (now !== location.href) history.replaceState(history.state, "", now);
  }

  // On the way down: moves of sliders do not come back up.
  for (const type of ["click", "input", "change", "keyup"]) document.addEventListener(type, changed, true);

  const parts = ["gaussian", "exponential", "run"]; // views that have something to tell
  let complete;
  const ready = new Promise((resolve) => (complete = resolve));

  /* A view has come; when all have, there is an address to write. */
  function begin(view, config) {
    if (parts.includes(view)) parts.splice(parts.indexOf(view), 1);
    if (parts.length || settings) return;
    settings = config;
    complete();
    changed();
  }

  /* Do what needs the address, when all views are there. */
  function whenReady(then) {
    if (settings) return then();
    emlab.views.all();
    ready.then(then);
  }

  /* Told by the page itself: a run that begins as its view comes is no reason to bring the others. */
  const tell = () => settings && changed();

  emlab.events.onViewReady(begin);
  emlab.events.onChanged(tell);

  emlab.link = { address, changed: tell, encode, isReady: () => settings !== null, shown, whenReady };
})();
