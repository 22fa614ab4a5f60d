/* The handout: the open view on paper, by devices/print.css. Here figures take light colours and the width of paper,
   and the settings are listed, since controls are not printed. */
import * as controls from "../core/controls.mjs";
import { element } from "../core/dom.mjs";
import * as events from "../core/events.mjs";
import * as figures from "../figures/draw.mjs";
import * as explorers from "../explorer/explorer.mjs";
import * as walk from "../run/walk.mjs";
import * as link from "./address.mjs";
import { inLight, settingOf } from "./export.mjs";

const onScreen = []; // [plot, data, layout] as before printing

/* Nothing here may wait: the page is printed when this returns. */
window.addEventListener("beforeprint", () => {
  const config = events.config();
  const view = document.querySelector(".view:not([hidden])");
  if (!config || !view) return;
  describe(view, config);
  for (const id of Object.keys(config.skeletons)) {
    const plot = figures.plotOf(id);
    if (!plot || !plot._fullLayout || !view.contains(plot) || !plot.offsetWidth) continue;
    const figure = inLight(id);
    if (!figure) continue;
    onScreen.push([plot, plot.data, plot.layout]);
    const layout = { ...figure.layout, autosize: false, ...sizeOf(plot) };
    window.Plotly.react(plot, figure.data, layout, plot._context);
  }
});

window.addEventListener("afterprint", () => {
  const before = onScreen.splice(0).reverse(); // after several prints, the state before the first one comes last
  for (const [plot, data, layout] of before) window.Plotly.react(plot, data, layout, plot._context);
});

/* In pixels, from print.css. */
function sizeOf(plot) {
  const style = getComputedStyle(plot);
  const [width, height] = ["--print-width", "--print-height"].map((name) => parseFloat(style.getPropertyValue(name)));
  return { width, height };
}

function describe(view, config) {
  const name = view.id.replace("view-", "");
  const title = document.getElementById(`tab-${name}`).textContent;
  const lineOf = ([heading, words]) => element("p", [element("b", heading), words.join(", ")]);
  const lines = settingsOf(name, config).map(lineOf);
  document.getElementById("handout-head").replaceChildren(element("h2", title), ...lines);
  controls.setText("handout-foot", controls.fill(config.sentences.link, { link: link.address() }));
}

/* The settings, under the headings of the controls. */
function settingsOf(name, config) {
  if (name !== "run") return config.parameters[name] ? [["", explorers.settings(name).map(settingOf)]] : [];
  const request = walk.requestOnShow();
  if (!request) return [];
  const { sample, start, start_seed: seed, stopping } = config.parameters;
  const { about, samples, starts } = config.sources[request.source];
  const words = (...groups) =>
    groups.flat().flatMap((p) => (p.name in request ? [settingOf([p.label, request[p.name]])] : []));
  const truth = !request.blind && samples[request.true_k];
  const groups = [
    truth ? [chosen("source", request.source), ...words(sample, truth)] : [about],
    [chosen("start-from", request.start_from), ...words(start, seed, starts[request.k])],
    [document.getElementById(`method-${request.method}`).textContent, ...words(stopping)],
  ];
  const headings = document.querySelectorAll("#view-run .controls h2");
  return groups.map((group, i) => [`${headings[i].textContent}: `, group]);
}

/* The text of a list's option. */
const chosen = (list, value) => document.querySelector(`#${list}-select [value="${value}"]`).textContent;
