/* The figures of a run. Each script in figures/ adds one, whose functions take a result and a step of the walk: its
   record t, parameters p, and responsibilities q of the drawn observations (state.mjs). */
import { delay } from "../core/controls.mjs";
import { byId } from "../core/dom.mjs";
import { fill, format } from "../core/text.mjs";
import * as figures from "../figures/draw.mjs";
import * as registry from "../figures/registry.mjs";
import { componentsOf, digitsAmong, labelsOf } from "./result.mjs";
import { state, step } from "./state.mjs";

const REST = 120; // ms without a step until a figure that waits follows the walk
const DIGITS = 3; // of a number in a sentence
/** @type {Map<string, Pick<RunFigure, "make" | "waits" | "late" | "still">>} */
const added = new Map();

/** Add a figure: `make` gives { figure, marks } or null, `sentence` a text. `tables`, `nameOf` and `note`, which a
   saved picture says beside the data, are described in figures/registry.mjs. A figure that `waits`, and one in a
   closed panel, is drawn when the walk rests; a `late` one after the others, unless the walk moves. One that is
   `still` is the same at every step, for which it is not drawn.
   @param {string} id
   @param {RunFigure} figure */
function add(id, { make, sentence, note = () => "", waits = false, late = false, still = false, ...others }) {
  added.set(id, { make, waits, late, still });
  registry.register(id, {
    make: (config) => state.result && make(state.result, step(), config),
    sentence: (config) => sentence(state.result, step(), config),
    caption: (name) => [
      still ? [name] : [name, byId("walk-place").textContent],
      [state.result.data, note(state.result, state.config)].join(" ").trim(),
    ],
    ...others,
  });
}

const afterPaint = (action) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(action)));

/** Draw a figure as it is on show. False if there is none.
   @type {(id: string, how?: Draw) => boolean} */
function drawOne(id, how = figures.showNow) {
  const made = added.get(id).make(state.result, step(), state.config);
  if (made) how(id, made.figure, made.marks);
  return Boolean(made);
}

/** Make a figure anew when it has another size than the one it was made for, which its layout has as `meta[name]`.
   @type {(id: string, name: "width" | "height", sizeNow: () => number) => void} */
function fitTo(id, name, sizeNow) {
  for (const type of ["drawn", "resized"])
    document.addEventListener(type, ({ target: plot }) => {
      const made = figures.onShow[id]?.layout.meta[name];
      if (plot.closest(`#${id}`) && made !== undefined && made !== sizeNow()) drawOne(id);
    });
}

/** Draw them all, by `showNow`, or by `showMoving` while the walk goes on.
   @param {Draw} how */
function draw(how) {
  const { result, place } = state;
  const isOnShow = () => state.result === result && state.place === place; // else another step came meanwhile
  const isMoving = how === figures.showMoving;
  for (const [id, { waits, late, still }] of added)
    if (isMoving && still) continue;
    else if (isMoving && (waits || !figures.isOpen(byId(id)))) delay(REST, id, () => drawOne(id));
    else if (late && !isMoving) afterPaint(() => isOnShow() && drawOne(id));
    else drawOne(id, how);
}

/** A skeleton without traces of components beyond those of the result.
   @type {(config: Config, id: string, result: Result) => Figure} */
function skeleton(config, id, result) {
  const fitted = componentsOf(result).length;
  const labels = labelsOf(result).length;
  const wanted = { component: fitted, casing: fitted, posterior: fitted, label: result.z ? labels : 0 };
  return figures.skeleton(config, id, ({ uid }) => {
    const [, kind, k] = uid.match(/(component|casing|posterior|label|observations|true)-(\d)$/) || [];
    return !kind || Number(k) < (wanted[kind] ?? labels);
  });
}

/** Text at the pointer: its first line, and the responsibilities of the fitted components.
   @type {(figure: Figure, result: Result) => string} */
function hover(figure, result) {
  const lines = figure.layout.meta.hover.slice(0, componentsOf(result).length + 1).join("<br>");
  return `${fill(lines, { digits: digitsAmong(result, 5) })}<extra></extra>`;
}

/* Numbers of a sentence: any, one among the observations, and a parameter with its symbol. */
const number = (value, digits = DIGITS) => format(value, digits);
/** @type {(result: Result, value: number, name?: string) => string} */
const among = (result, value, name) => number(value, digitsAmong(result, DIGITS, name));
/** @type {(result: Result, name: string, k: number, value: number, config: Config) => string} */
const parameter = (result, name, k, value, { symbols, figureSentences }) =>
  fill(figureSentences.parameter, {
    symbol: fill(symbols[result.family][name], { k }),
    value: among(result, value, name),
  });

export { add, among, draw, drawOne, fitTo, hover, number, parameter, skeleton };
