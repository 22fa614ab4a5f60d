/* The numbers of a figure as tables, which are kept up to date while they are open. */
import { element } from "../core/dom.mjs";
import * as events from "../core/events.mjs";
import * as text from "../core/text.mjs";
import * as figures from "./draw.mjs";
import { nameOf, plain, titleOf } from "./points.mjs";
import { registered } from "./registry.mjs";

const ROWS = 21; // of a curve
const DIGITS = 4;
const CLOSE = 1e-4; // the range of an axis below which its numbers have exponents
const REST = 150; // ms between two updates
/** @type {Map<string, { title: string, region: HTMLElement, timer: number }>} */
const open = new Map(); // id of a figure -> { title, region, timer }

const config = () => events.config();
const fill = (name, values) => text.fill(config().figureWords[name], values);
const indices = (count) => Array.from({ length: count }, (_, i) => i);
const isShown = ({ visible, x }) => visible !== false && x?.length > 0;

/* Evenly spaced indices among `count`, with the first, the last, and those of `also`. */
function sample(count, also = [], rows = ROWS) {
  if (count <= rows) return indices(count);
  const even = indices(rows).map((i) => Math.round((i * (count - 1)) / (rows - 1)));
  return [...new Set([...even, ...also])].sort((a, b) => a - b);
}

const componentOf = ({ uid }) => (uid.match(/(?:component|posterior|label|true)-(\d)$/) || [])[1];

/* -- tables of each figure: { what, count, columns: [{ name, k, values }], at: rows, current, isLog } ------- */

/** One table of traces over the same x, a column each; `current` is the index of the row to point out.
   @type {(figure: Figure, traces: Trace[], what: string, current?: number) => Table} */
function curves(figure, traces, what, current) {
  const [{ x }] = traces;
  const at = sample(x.length, current === undefined ? [] : [current]);
  const columns = traces.map((one) => ({
    name: nameOf(figure, one),
    k: componentOf(one),
    values: one.meta?.values ?? one.y, // a band's own height
  }));
  const across = { name: titleOf(figure, "x", traces[0]), values: x };
  return { what, count: x.length, columns: [across, ...columns], at, current, isLog: isLog(figure) };
}

/** Whether x is in decades.
   @param {Figure} figure */
const isLog = ({ layout }) => layout.xaxis.type === "log";

/** Bars, of which some may stand upon others; where they hold their counts, these too.
   @type {(figure: Figure, traces: Trace[]) => Table} */
function bars(figure, traces) {
  const { from, to, counted } = config().figureWords;
  const [{ x, width, name }] = traces;
  const nameOfCounts = (one) => (traces.length > 1 ? fill("counted_of", { name: nameOf(figure, one) }) : counted);
  const counts = traces.filter(({ customdata }) => customdata);
  const axis = titleOf(figure, "x", {});
  return {
    what: traces.length > 1 ? config().figureWords.bars : plain(name),
    count: x.length,
    columns: [
      { name: `${axis}, ${from}`, values: x.map((middle, i) => middle - width[i] / 2) },
      { name: to, values: x.map((middle, i) => middle + width[i] / 2) },
      { name: titleOf(figure, "y", {}), values: x.map((_, i) => traces.reduce((sum, { y }) => sum + y[i], 0)) },
      ...counts.map((one) => ({ name: nameOfCounts(one), k: componentOf(one), values: one.customdata.map(String) })),
    ],
    at: sample(x.length),
    isLog: isLog(figure),
  };
}

/** Observations in order, with their responsibilities.
   @type {(figure: Figure) => Table[]} */
function observations(figure) {
  const all = figure.data
    .filter((one) => one.uid.startsWith("observations") && isShown(one))
    .flatMap((one) => one.x.map((x, i) => ({ x, q: one.customdata[i], row: nameOf(figure, one) })))
    .sort((a, b) => a.x - b.x);
  if (!all.length) return [];
  return [
    {
      what: config().figureWords.observations,
      count: all.length,
      columns: [
        { name: titleOf(figure, "x", {}), values: all.map(({ x }) => x) },
        ...all[0].q.map((_, k) => ({ name: `q${k}`, k, values: all.map(({ q }) => q[k]) })),
        { name: config().sentences.component_head, values: all.map(({ row }) => row) },
      ],
      at: sample(all.length),
      isLog: isLog(figure),
    },
  ];
}

/** The same of the traces whose uid has a pattern.
   @type {(figure: Figure, pattern: RegExp, what: string, current?: number) => Table} */
const curvesTable = (figure, pattern, what, current) => curves(figure, ofUid(figure, pattern), what, current);

/** The first x of a trace, as of a cursor.
   @type {(figure: Figure, uid: string) => number} */
const firstOf = (figure, uid) => figures.trace(figure, uid).x[0];

/** @type {(figure: Figure, pattern: RegExp) => Trace[]} */
const ofUid = (figure, pattern) => figure.data.filter((one) => pattern.test(one.uid) && isShown(one));

/** Densities, bars and points of an explorer, or of data and fit.
   @type {PageFigure["tables"]} */
function densityTables(figure) {
  const lines = ofUid(figure, /^(mixture|component-\d|notebook)$/);
  const steps = ofUid(figure, /^steps$/);
  const columns = ofUid(figure, /^(histogram|label-\d)$/);
  return [
    curves(figure, lines, config().figureWords.curves),
    ...(columns.length ? [bars(figure, columns)] : []),
    ...(steps.length ? [curves(figure, steps, steps[0].name)] : []),
    ...observations(figure),
  ];
}

const textOf = (value) => (typeof value === "number" ? text.format(value, DIGITS) : value);

/* Values along an axis with the same decimals: as few as they need, or as tell them apart. Very close ones
   have significant digits instead. */
function axisTexts(values) {
  const span = values[values.length - 1] - values[0] || 1;
  if (span < CLOSE) {
    const size = Math.max(...values.map(Math.abs));
    const digits = DIGITS + Math.max(0, Math.ceil(Math.log10(size / span)));
    return values.map((value) => text.format(value, digits));
  }
  const needed = values.map((value) => (String(Number(value.toPrecision(DIGITS))).split(".")[1] || "").length);
  const apart = DIGITS - Math.ceil(Math.log10(span));
  const decimals = Math.max(0, Math.min(apart, Math.max(...needed)));
  return values.map((value) => text.fixed(value, decimals));
}

/** @type {(table: Table, title: string) => HTMLTableElement} */
function build({ what, count, columns, at, shown: some = at.length, current, isLog: inDecades }, title) {
  const few = some < count;
  const numbers = { title, what, shown: some, count: text.count(count) };
  const names = columns.map(({ name, k }) => {
    const attributes = { class: `sign of-${k}`, "aria-hidden": "true" };
    const sign = k === undefined ? [] : [element("span", config().signs[k], attributes)];
    return element("th", [...sign, textOf(name)], { scope: "col" });
  });
  const heads = at.map((i) => columns[0].values[i]);
  const headTexts = inDecades ? heads.map(textOf) : axisTexts(heads);
  const rows = at.map((i, row) => {
    const cells = columns.slice(1).map(({ values }) => element("td", textOf(values[i])));
    const attributes = i === current ? { class: "chosen", "aria-current": "true" } : {};
    return element("tr", [element("th", headTexts[row], { scope: "row" }), ...cells], attributes);
  });
  return element("table", [
    element("caption", fill(few ? "caption_few" : "caption", numbers)),
    element("thead", element("tr", names)),
    element("tbody", rows),
  ]);
}

function write(id) {
  const { title, region } = open.get(id);
  const figure = figures.onShow[id];
  const tables = figure ? registered[id].tables(figure, config().figureWords) : [];
  const content = element(
    "div",
    tables.map((one) => build(one, title))
  );
  if (content.innerHTML === region.innerHTML) return; // a selection in it stays
  region.replaceChildren(...content.childNodes);
}

const buttonOf = (id) => document.querySelector(`.save[data-figure="${id}"] .as-table`);

function show(id, title) {
  const button = buttonOf(id);
  const region = element("div", [], {
    id: `${id}-table`,
    class: "figure-table",
    role: "region",
    tabindex: "0",
    "aria-label": fill("region", { title }),
  });
  button.closest(".panel, .card").append(region); // it goes with the panel
  button.setAttribute("aria-controls", region.id);
  button.setAttribute("aria-expanded", "true");
  open.set(id, { title, region, timer: null });
  write(id);
  region.scrollIntoView({ block: "nearest" });
}

/* Close a figure's tables, if they are open. */
function hide(id) {
  if (!open.has(id)) return;
  const { region, timer } = open.get(id);
  const button = buttonOf(id);
  clearTimeout(timer);
  region.remove();
  button.removeAttribute("aria-controls");
  button.setAttribute("aria-expanded", "false");
  open.delete(id);
}

document.addEventListener("click", ({ target }) => {
  if (!target.matches?.(".as-table")) return;
  const { figure: id, title } = target.closest(".save").dataset;
  (open.has(id) ? hide : show)(id, title);
});

document.addEventListener("figure", ({ detail: id }) => {
  const one = open.get(id);
  if (!one || one.timer) return;
  one.timer = setTimeout(() => {
    one.timer = null;
    write(id);
  }, REST);
});

/* The button that shows and hides a figure's tables. */
function button(title) {
  const name = fill("as_table", { title });
  const attributes = { type: "button", class: "as-table", title: name, "aria-label": name, "aria-expanded": "false" };
  return element("button", config().figureWords.table, attributes);
}

export { button, curvesTable, densityTables, firstOf, hide, sample };
