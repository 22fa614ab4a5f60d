/* The handout: the open view on paper, by devices/print.css. Here figures take light colours and the width of paper,
   and the settings are listed, since controls are not printed. */
import * as controls from "../core/controls.mjs";
import { byId, element } from "../core/dom.mjs";
import * as events from "../core/events.mjs";
import * as features from "../core/features.mjs";
import * as text from "../core/text.mjs";
import * as figures from "../figures/draw.mjs";
import { optionsOf, sizeOf } from "../figures/paths.mjs";
import * as link from "./address.mjs";
import { inLight } from "./export.mjs";

const onScreen = []; // [plot, data, layout] as before printing

/* Nothing here may wait: the page is printed when this returns. */
window.addEventListener("beforeprint", () => {
  const config = events.config();
  const view = document.querySelector(".view:not([hidden])");
  if (!config || !view) return;
  describe(view, config);
  for (const id of Object.keys(config.skeletons)) {
    const plot = figures.plotOf(id);
    if (!plot || !sizeOf(plot) || !view.contains(plot) || !plot.offsetWidth) continue;
    const figure = inLight(id);
    if (!figure) continue;
    onScreen.push([plot, plot.data, plot.layout]);
    const layout = { ...figure.layout, autosize: false, ...paperSizeOf(plot) };
    window.Plotly.react(plot, figure.data, layout, optionsOf(plot));
  }
});

window.addEventListener("afterprint", () => {
  const before = onScreen.splice(0).reverse(); // after several prints, the state before the first one comes last
  for (const [plot, data, layout] of before) window.Plotly.react(plot, data, layout, optionsOf(plot));
});

/* In pixels, from print.css. */
function paperSizeOf(plot) {
  const style = getComputedStyle(plot);
  const [width, height] = ["--print-width", "--print-height"].map((name) => parseFloat(style.getPropertyValue(name)));
  return { width, height };
}

/** @type {(view: HTMLElement, config: Config) => void} */
function describe(view, config) {
  const name = view.id.replace("view-", "");
  const title = byId(`tab-${name}`).textContent;
  const lineOf = ([heading, words]) => element("p", [element("b", heading), words.join(", ")]);
  const lines = (features.ofView(name)?.settings(config) ?? []).map(lineOf);
  byId("handout-head").replaceChildren(element("h2", title), ...lines);
  controls.setText("handout-foot", text.fill(config.sentences.link, { link: link.address() }));
}
