/* A table with a row per component, where more than two are set; its cells are number boxes as all others. Plain
   elements, since Dash components would slow every update of the page. */
import * as controls from "../core/controls.mjs";
import { byId, element } from "../core/dom.mjs";
import * as text from "../core/text.mjs";

/** Show those parameters that have a column in the element `id`; `onMove` is called when one changes.
   @type {(id: string, parameters: Parameter[], values: Values, config: Config, onMove: () => void) => void} */
function show(id, parameters, values, config, onMove) {
  const cells = parameters.filter(({ column }) => column);
  byId(id).replaceChildren(...(cells.length ? build(id, cells, config) : []));
  if (!cells.length) return;
  const showShares = () => showProportions(id, cells, values, config);
  controls.register(cells, values, config, () => {
    showShares();
    onMove();
  });
  showShares();
}

/** @type {(id: string, cells: Parameter[], config: Config) => HTMLElement[]} */
function build(id, cells, config) {
  const headings = [...new Set(cells.map(({ column }) => column))];
  const ks = [...new Set(cells.map(({ component }) => component))];
  const rows = ks.map((k) => {
    const sign = element("span", config.signs[k], { class: "sign", "aria-hidden": "true" });
    const own = cells
      .filter(({ component }) => component === k)
      .map((p) => element("td", [controls.makeBox(p, { "aria-label": p.label })]));
    return element("tr", [element("th", [sign, String(k)], { scope: "row" }), ...own], { class: `of-${k}` });
  });
  const first = element("span", config.sentences.component_head, { class: "unseen" });
  const head = element(
    "tr",
    [first, ...headings].map((text) => element("th", text, { scope: "col" }))
  );
  const table = element("table", [element("thead", head), element("tbody", rows)], { class: "component-table" });
  const errors = cells.map((p) => element("p", [], { id: controls.errorId(p), class: "error", "aria-live": "polite" }));
  return [table, element("p", [], { id: `${id}-proportions`, class: "about" }), ...errors];
}

/** @type {(id: string, cells: Parameter[], values: Values, config: Config) => void} */
function showProportions(id, cells, values, config) {
  const shares = cells.filter(({ name }) => /weight\d$/.test(name)).map(({ name }) => values[name]);
  const total = shares.reduce((sum, share) => sum + share, 0);
  const weights = shares.map((share) => text.format(share / total, 3)).join(", ");
  controls.setText(`${id}-proportions`, text.fill(config.sentences.proportions, { weights }));
}

export { show };
