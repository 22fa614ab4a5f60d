/* Starts the page; serving/files.py puts this script into its HTML. Dash must begin after the modules, whose functions
   it calls. Modules that cannot be fetched are requested again. One that throws would throw again: a second import
   gives the very same error. */
(async () => {
  "use strict";
  const MAIN = "main.mjs"; // its address
  const WAITS = [300, 600, 1200, 2400, 4800, 9600]; // ms, give or take half, as in core/network.mjs
  const SILENT = 2; // the wait at which the page says so
  const place = document.getElementById("first-load");
  const words = JSON.parse(place.dataset.words);

  const make = (tag, properties) => Object.assign(document.createElement(tag), properties);

  /* Show a message, and perhaps a button, or nothing. While there is no page, the message is the page: it needs a
     heading and a landmark (core/failed_requests.mjs). */
  function show(sentence, className, ...button) {
    const frame = place.parentElement;
    frame.querySelector("h1").hidden = !sentence;
    if (sentence) frame.setAttribute("role", "main");
    else frame.removeAttribute("role");
    const message = make("span", { className: "failure" });
    message.append(make("span", { className, textContent: sentence }), ...button);
    place.replaceChildren(...(sentence ? [message] : []));
  }

  /* Import the modules; returns what to say if they do not come, or one of them throws. */
  async function importModules() {
    let last = null;
    for (let tries = 0; ; tries++) {
      try {
        await import(MAIN);
        return null;
      } catch (error) {
        if (!(error instanceof TypeError) || error === last) {
          console.error(error);
          return words.broken;
        }
        if (tries === WAITS.length) return words.no_page;
        if (tries === SILENT) show(words.trying, "note");
        last = error;
        await new Promise((resolve) => setTimeout(resolve, WAITS[tries] * (0.5 + Math.random())));
      }
    }
  }

  // Of a link that has travelled, a part may stand after the # of HTML’s &#38;.
  const { href } = location;
  const address = href.replace(/&#(?:0*38|x0*26);/gi, "&");
  if (address !== href) return location.replace(address);

  if (self.origin === "null") return show(words.sandboxed, "error"); // the browser would fetch nothing
  const problem = await importModules();
  if (problem) {
    const names = { id: `${place.id}-again`, type: "button", className: "plain-button" };
    const button = make("button", { ...names, textContent: words.again });
    button.addEventListener("click", () => location.reload()); // some browsers remember that an import failed
    return show(problem, "error", button);
  }
  show("");
  new window.DashRenderer();
})();
