/* The page's state in its address. Python reads addresses (components/link.py); here they are written, from what the
   page shows and the same tables. Only what differs from the defaults is in them. */
(function () {
  "use strict";
  const emlab = (window.emlab = window.emlab || {}); // its parts load in any order

  const REST = 400; // ms without a change until the address is written: browsers limit how often

  let settings = null; // the page's tables, once they are known
  const element = (id) => document.getElementById(id);

  /* [name, value, default] of everything that is one of several. */
  function options() {
    const { view, choices, switches } = settings.link;
    const open = document.querySelector('[role="tab"][aria-selected="true"]').id.replace("tab-", "");
    const chosen = (id) => {
      const list = element(`${id}-select`);
      return list ? list.value : document.querySelector(`[id^="${id}-"][aria-pressed="true"]`).id.slice(id.length + 1);
    };
    const isOn = (id) => (element(`${id}-button`).getAttribute("aria-checked") === "true" ? "on" : "off");
    return [
      [view.name, view.names[open], view.default],
      ...choices.map(({ name, id, default: usual }) => [name, chosen(id), usual]),
      ...switches.map(({ name, id, default: usual }) => [name, isOn(id), usual]),
    ];
  }

  const numbers = (parameters, kept) => parameters.map((p) => [p.name, kept[p.name], p.default]);

  const everything = () => [
    ...options(),
    ...ownData(),
    ...emlab.explorers.state(settings).flatMap((one) => numbers(...one)),
    ...numbers(...emlab.run.state()),
    ...numbers(...emlab.studies.state()),
    ...iteration(),
  ];

  const ownData = () => (element("source-select").value === "own" ? emlab.own.state() : []);

  /* Where the walk stands, unless at the end. */
  function iteration() {
    const place = emlab.walk.onShow();
    return place === null ? [] : [[settings.link.iteration.name, place, null]];
  }

  function encode(state, version) {
    const given = state.filter(([, value, usual]) => value !== usual);
    if (!given.length) return "";
    return `?${[["v", version], ...given].map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&")}`;
  }

  /* The address of what is on show. */
  const address = () => location.origin + location.pathname + encode(everything(), settings.link.version);

  let waiting = null;
  function changed() {
    if (!settings) return;
    clearTimeout(waiting);
    waiting = setTimeout(write, REST);
  }

  function write() {
    const now = address() + location.hash;
    if (now !== location.href) history.replaceState(history.state, "", now);
  }

  for (const type of ["click", "input", "change", "keyup"]) document.addEventListener(type, changed);

  const begin = (config) => (settings = config);

  emlab.link = { address, begin, changed, encode };
})();
