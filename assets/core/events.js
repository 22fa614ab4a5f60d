/* Events by which views reach the page's other scripts without knowing them. */
(function () {
  "use strict";
  const { emlab } = window;

  let config = null; // the page's words and figures, once a view is there
  const listeners = { ready: [], changed: [] };

  /* A view is there, or has a new result: calls `listener(view, config)`. */
  function viewReady(view, itsConfig) {
    config = itsConfig;
    listeners.ready.forEach((listener) => listener(view, config));
  }

  /* Something in the address has changed. */
  const changed = () => listeners.changed.forEach((listener) => listener());

  emlab.events = {
    config: () => config,
    viewReady,
    changed,
    onViewReady: (listener) => listeners.ready.push(listener),
    onChanged: (listener) => listeners.changed.push(listener),
  };
})();
