/* What views tell the page, so that they need not know who wants to hear it. */
(function () {
  "use strict";
  const emlab = (window.emlab = window.emlab || {}); // its parts load in any order

  let config = null; // the page's words and figures, once a view has come
  const listeners = { ready: [], changed: [] };

  /* A view has come, or has answered: `listener(view, config)`. */
  function viewReady(view, itsConfig) {
    config = itsConfig;
    listeners.ready.forEach((listener) => listener(view, config));
  }

  /* Something has changed that the address holds. */
  const changed = () => listeners.changed.forEach((listener) => listener());

  emlab.events = {
    config: () => config,
    viewReady,
    changed,
    onViewReady: (listener) => listeners.ready.push(listener),
    onChanged: (listener) => listeners.changed.push(listener),
  };
})();
