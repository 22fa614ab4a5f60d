/* Fills and typesets the Background view: every `.tex` element holds TeX as text and gets KaTeX's rendering in its place.

   KaTeX is 600 kB with its fonts, and three of the four views need none of it: it is loaded when the view is first
   opened. It lies beside this file, whatever path the app is served under. If it cannot be loaded the TeX stays. */
(() => {
  "use strict";

  const emlab = (window.emlab = window.emlab || {}); // its parts load in any order
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  clientside.emlab = clientside.emlab || {};

  const own = document.currentScript ?? document.querySelector('script[src*="background.js"]');
  const vendor = new URL("vendor/katex/", new URL(own.src, document.baseURI));

  function add(element) {
    return new Promise((resolve, reject) => {
      element.addEventListener("load", resolve);
      element.addEventListener("error", () => {
        element.remove();
        reject(new Error(`${element.src || element.href} could not be loaded`));
      });
      document.head.append(element);
    });
  }

  async function loadKatex() {
    const style = document.createElement("link");
    style.rel = "stylesheet";
    style.href = new URL("katex.min.css", vendor);
    const script = document.createElement("script");
    script.src = new URL("katex.min.js", vendor);
    await Promise.all([add(style), add(script)]);
  }

  function typeset(element) {
    window.katex.render(element.textContent, element, {
      displayMode: element.classList.contains("tex-display"),
      output: "htmlAndMathml",
      throwOnError: false,
    });
    element.dataset.rendered = "true";
  }

  function typesetAll(view) {
    view.querySelectorAll(".tex").forEach(typeset);
    for (const equation of view.querySelectorAll(".equation")) emlab.scrolling.watch(equation);
  }

  /* Put the text on the page when the view is first opened, as plain elements that Dash need not look after. */
  clientside.emlab.background = function (hidden, text) {
    const article = document.getElementById("background-article");
    if (hidden || !article || article.hasChildNodes()) return clientside.no_update;
    article.innerHTML = text; // our own, from the server's code
    const typesetting = loadKatex().then(
      () => typesetAll(article),
      (error) => console.warn(`Formulas are shown as TeX: ${error.message}`)
    );
    typesetting.then(() => element(section().slice(1))?.scrollIntoView());
    return "true";
  };

  const element = (id) => document.getElementById(id);

  /* The section that the address names, while the view is open: "#" and its id, or nothing. */
  function section() {
    const named = element(location.hash.slice(1));
    return named && named.closest("#background-article") && !named.closest("[hidden]") ? location.hash : "";
  }

  emlab.background = { section };
})();
