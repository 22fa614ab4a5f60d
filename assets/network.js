/* Dash says nothing to the page when a callback's request fails: neither its answer nor its `running` end ever comes.
   So requests to the callback endpoint are listened to here; nothing about them is changed. The one for the layout is
   sent with the page's own query, so that the page comes as its address wants it. */
(function () {
  "use strict";
  const emlab = (window.emlab = window.emlab || {});
  const listeners = [];
  emlab.network = { onLost: (listener) => listeners.push(listener) };

  const fetch = window.fetch.bind(window);
  window.fetch = async function (resource, options) {
    const url = typeof resource === "string" ? resource : resource.url;
    if (url && url.endsWith("_dash-layout")) return fetch(url + location.search, options); // the page that it asks for
    if (!url || !url.includes("_dash-update-component")) return fetch(resource, options);
    let answered = false;
    try {
      const response = await fetch(resource, options);
      answered = response.ok;
      return response;
    } finally {
      if (!answered) listeners.forEach((listener) => listener());
    }
  };
})();
