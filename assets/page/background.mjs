/* The Background view: its text, in which KaTeX renders every `.tex` element.

   KaTeX is 600 kB with its fonts, so it is loaded when the view is first opened, from beside this file at whatever path
   the app has. If it cannot be loaded, the TeX source stays. */
import { dash } from "../core/dash.mjs";
import { byId } from "../core/dom.mjs";
import { watch } from "../core/scrolling.mjs";

const vendor = new URL("../vendor/katex/", import.meta.url);

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
  const style = Object.assign(document.createElement("link"), { rel: "stylesheet" });
  style.href = new URL("katex.min.css", vendor).href;
  const script = Object.assign(document.createElement("script"), { src: new URL("katex.min.js", vendor) });
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
  for (const equation of view.querySelectorAll(".equation")) watch(equation);
}

/* For Dash: put the text on the page when the view is first opened, as plain elements without Dash. */
function open(hidden, text) {
  const article = byId("background-article");
  if (hidden || !article || article.hasChildNodes()) return dash.no_update;
  article.innerHTML = text; // our own, from the server's code
  const typesetting = loadKatex().then(
    () => typesetAll(article),
    (error) => console.warn(`Formulas are shown as TeX: ${error.message}`)
  );
  typesetting.then(() => byId(section().slice(1))?.scrollIntoView());
  return "true";
}

/* "#" and the id of the section in the address, while the view is open. */
function section() {
  const target = byId(location.hash.slice(1));
  return target?.closest("#background-article") && !target.closest("[hidden]") ? location.hash : "";
}

export { open, section };
