/* A table with a row for each component, where more than two are set: a number box in each cell, looked after as every
   other box is. Plain elements: as Dash components they would slow every update of the page. */
(function () {
  "use strict";
  const emlab = (window.emlab = window.emlab || {}); // its parts load in any order

  /* Show the parameters that have a column in the element `id`, or nothing if none has. */
  function show(id, parameters, kept, config) {
    const cells = parameters.filter(({ column }) => column);
    document.getElementById(id).replaceChildren(...(cells.length ? build(id, cells, config) : []));
    if (!cells.length) return;
    const moved = () => sayProportions(id, cells, kept, config);
    emlab.controls.lookAfter(cells, kept, config, moved);
    emlab.controls.set(cells, kept, kept);
    moved();
  }

  function build(id, cells, config) {
    const { element } = emlab.dom;
    const headings = [...new Set(cells.map(({ column }) => column))];
    const ks = [...new Set(cells.map(({ component }) => component))];
    const rows = ks.map((k) => {
      const sign = element("span", config.signs[k], { class: "sign", "aria-hidden": "true" });
      const own = cells.filter(({ component }) => component === k);
      return element("tr", [element("th", [sign, String(k)], { scope: "row" }), ...own.map((p) => element("td", [boxOf(p)]))], {
        class: `of-${k}`,
      });
    });
    const first = element("span", config.sentences.component_head, { class: "unseen" });
    const head = element("tr", [first, ...headings].map((text) => element("th", text, { scope: "col" })));
    const table = element("table", [element("thead", head), element("tbody", rows)], { class: "component-table" });
    const errors = cells.map((p) => element("p", [], { id: emlab.controls.errorId(p), class: "error", "aria-live": "polite" }));
    return [table, element("p", [], { id: `${id}-proportions`, class: "about" }), ...errors];
  }

  const boxOf = (p) =>
    emlab.dom.element("input", [], {
      type: "number",
      id: emlab.controls.boxId(p),
      class: "cell",
      inputmode: "decimal",
      min: p.minimum,
      max: p.maximum,
      step: p.step,
      "aria-label": p.label,
    });

  function sayProportions(id, cells, kept, config) {
    const shares = cells.filter(({ name }) => /weight\d$/.test(name)).map(({ name }) => kept[name]);
    const total = shares.reduce((sum, share) => sum + share, 0);
    const weights = shares.map((share) => emlab.controls.format(share / total, 3)).join(", ");
    emlab.controls.say(`${id}-proportions`, emlab.controls.fill(config.sentences.proportions, { weights }));
  }

  emlab.componentTable = { show };
})();
