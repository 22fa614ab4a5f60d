/* Every parameter over iterations, a row for each. */
import { byId } from "../../core/dom.mjs";
import * as events from "../../core/events.mjs";
import { count, fill } from "../../core/text.mjs";
import * as figures from "../../figures/draw.mjs";
import { titleOf } from "../../figures/points.mjs";
import { curvesTable, firstOf } from "../../figures/tables.mjs";
import { componentsOf, indices, lastRecord, record, withUnit } from "../result.mjs";
import { add, among, fitTo, parameter, skeleton } from "../run_figures.mjs";
import { overIterations, span } from "./over_iterations.mjs";

const ID = "parameters-figure";
const LETTER = 7.5; // px, in a unit
const LABEL = 14; // px between the labels of two lines
const NEAR = 0.01; // share of its last value within which a parameter has settled

/** The symbol of each line at its end, in its colour; labels that would overlap are moved apart.
   @type {(figure: Figure, result: Result, name: string, row: number, pixels: number, config: Config) => object[]} */
function lineLabels(figure, result, name, row, pixels, config) {
  const ends = record(result, lastRecord(result))[name];
  const [low, high] = figure.layout[row ? `yaxis${row + 1}` : "yaxis"].range;
  const { label } = figure.layout.meta;
  const order = indices(ends).sort((a, b) => ends[a] - ends[b]);
  const height = LABEL * figures.scale();
  if (height * order.length > pixels) return []; // no room for large type
  const wanted = order.map((k) => (pixels * (ends[k] - low)) / (high - low));
  const apart = [];
  for (const at of wanted) apart.push(Math.max(at, (apart.at(-1) ?? -Infinity) + height));
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const room = [apart.at(-1) - (pixels - height / 2), apart[0] - height / 2]; // least and greatest shift down
  const back = Math.max(room[0], Math.min(mean(apart) - mean(wanted), room[1]));
  return order.map((k, i) => ({
    ...label,
    text: `${config.signs[k]} ${fill(config.symbols[result.family][name], { k })}`,
    y: ends[k],
    yref: row ? `y${row + 1}` : "y",
    yshift: apart[i] - back - wanted[i],
    font: { color: figures.trace(figure, `row${row}-component-${k}`).line.color },
  }));
}

/** Every parameter over iterations, with true values as quiet lines.
   @type {RunFigure["make"]} */
function make(result, { t }, config) {
  const figure = skeleton(config, ID, result);
  const names = Object.keys(result.trajectory);
  const last = lastRecord(result);
  const gap = 0.09;
  const height = (1 - gap * (names.length - 1)) / names.length;
  const { t: above, b: below } = figure.layout.template.layout.margin;
  const whole = byId(ID).clientHeight;
  figure.layout.meta.height = whole; // for which the labels are placed
  const pixels = (whole - above - below) * height;
  const isRoom = LETTER * figures.scale() * `(${result.unit})`.length < pixels;
  names.forEach((name, row) => {
    const records = result.trajectory[name];
    const truth = result.true?.[name] ?? [];
    const axis = figure.layout[row ? `yaxis${row + 1}` : "yaxis"];
    axis.range = span([...records.flat(), ...truth], 0.08);
    const title = config.parameterNames[name];
    axis.title = { ...axis.title, text: name !== "weights" && isRoom ? withUnit(title, result, " <br>") : title };
    for (const k of componentsOf(result)) {
      const y = records.map((values) => values[k]);
      figures.setTrace(figure, `row${row}-component-${k}`, { x: indices(records), y, visible: true });
    }
    truth.forEach((value, k) =>
      figures.setTrace(figure, `row${row}-true-${k}`, { x: [0, Math.max(last, 1)], y: [value, value], visible: true })
    );
    figures.setTrace(figure, `cursor-${row}`, { visible: true });
  });
  figure.layout.annotations = names.flatMap((name, row) => lineLabels(figure, result, name, row, pixels, config));
  for (let row = 0; row < 3; row++) {
    const axis = figure.layout[row ? `yaxis${row + 1}` : "yaxis"];
    const ends = [1 - (row + 1) * height - row * gap, 1 - row * (height + gap)];
    if (row < names.length) axis.domain = ends.map((end) => Math.max(0, end));
    else Object.assign(axis, { visible: false, domain: [0, 0.01] });
  }
  figure.layout.xaxis.anchor = names.length === 3 ? "y3" : "y2";
  return overIterations(figure, result, t);
}

fitTo(ID, "height", () => byId(ID).clientHeight); // the distance of line labels is in pixels

/* -- in words ------------------------------------------------------------------------------------------------- */

/** Each parameter except the last weight; of more than two components, the least and the greatest.
   @type {RunFigure["sentence"]} */
function sentence(result, { t, p }, config) {
  const { figureSentences: words, symbols } = config;
  const values = Object.entries(symbols[result.family]).flatMap(([name, symbol]) => {
    if (p[name].length > 2) {
      const [low, high] = [Math.min(...p[name]), Math.max(...p[name])].map((one) => among(result, one, name));
      return fill(words.from_to, { symbol: fill(symbol, { k: "" }), low, high });
    }
    const free = name === "weights" ? p.weights.slice(0, -1) : p[name];
    return free.map((one, k) => parameter(result, name, k, one, config));
  });
  if (!result.fitted) return fill(words.parameters_start, { values: values.join(", ") });
  const numbers = { t: count(t), values: values.join(", "), near: 100 * NEAR, settled: count(settled(result)) };
  return fill(words.parameters, numbers);
}

/** @type {WeakMap<Result, number>} */
const cache = new WeakMap(); // result -> record from which on every parameter is near its last value

/** @param {Result} result */
function settled(result) {
  if (cache.has(result)) return cache.get(result);
  const all = Object.values(result.trajectory);
  const isNear = (value, last) => Math.abs(value - last) <= NEAR * Math.abs(last);
  const areNear = (records, t) => records[t].every((value, k) => isNear(value, records.at(-1)[k]));
  let t = lastRecord(result);
  while (t > 0 && all.every((records) => areNear(records, t - 1))) t -= 1;
  cache.set(result, t);
  return t;
}

/** @type {RunFigure["tables"]} */
const tables = (figure, { iterations }) => [
  curvesTable(figure, /^row\d-component/, iterations, firstOf(figure, "cursor-0")),
];

/** A line is named by the symbol of its parameter, which the title of its axis tells.
   @type {RunFigure["nameOf"]} */
function nameOf(figure, trace) {
  const { figureWords, parameterNames, symbols } = events.config();
  const title = titleOf(figure, "y", trace);
  const [key] = Object.entries(parameterNames).find(([, name]) => title.startsWith(name)); // a unit may follow
  const [, kind, k] = trace.uid.match(/(component|true)-(\d)$/);
  const symbol = fill(Object.values(symbols).find((one) => key in one)[key], { k });
  return kind === "true" ? fill(figureWords.true, { symbol }) : symbol;
}

add(ID, { make, sentence, tables, nameOf, late: true });
