/* The observations as marks beneath the histogram, in a row for each label. Marks lie at several heights in their row,
   so that ties and dense places can be seen; a mark keeps its height. */
import { componentsOf, indices, labelsOf } from "../result.mjs";
import { state } from "../state.mjs";
import { scaleOf } from "./x_scale.mjs";

const SPREAD = 0.72; // of the heights in a row, in rows
const HALF = 0.0044; // half the height of a mark, of the figure's
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** Height of mark i within its row: parts of the golden ratio are far from one another for neighbours, as ties are.
   @param {number} i */
const heightOf = (i) => Math.round(1e4 * ((((i + 1) * GOLDEN) % 1) - 0.5) * SPREAD) / 1e4;

/** Height of the strip, of the figure's: a line of type for each label.
   @param {Result} result */
const heightOfStrip = (result) => Math.max(0.22, 0.08 * labelsOf(result).length);

/** Row of each observation in the strip: its label, or else the likeliest component.
   @type {(result: Result, q: number[][]) => number[]} */
const rowsOf = ({ z }, q) => z || q.map((one) => one.indexOf(Math.max(...one)));

/** The palette, and `levelOf(q)`: the index in it for an observation. With two components the index follows q0; with
   more it is the likeliest component's colour, paler where that is less sure.
   @type {(palettes: { two: string[], certainty: string[][] }, count: number) => Colouring} */
function colouring({ two, certainty }, count) {
  if (count <= 2) return { colours: two, levelOf: (q) => Math.round(q[0] * (two.length - 1)) };
  const levels = certainty[0].length;
  return {
    colours: certainty.slice(0, count).flat(),
    levelOf(q) {
      const most = Math.max(...q);
      const sure = (most - 1 / count) / (1 - 1 / count);
      return q.indexOf(most) * levels + Math.round(sure * (levels - 1));
    },
  };
}

/** @type {WeakMap<number[], Record<string, string[]>>} */
const written = new WeakMap(); // of a step of the walk, most time would go into writing these numbers again

/** The path of each mark in row k, in data units.
   @type {(result: Result, k: number, half: number) => string[]} */
function strokesOf(result, k, half) {
  if (!written.has(result.x)) written.set(result.x, {}); // which the starts of the same data share
  return (written.get(result.x)[`${k} ${half}`] ??= result.x.map((x, i) => {
    const [from, to] = [-half, half].map((by) => (k + heightOf(i) + by).toFixed(4));
    return `M${x},${from}V${to}`;
  }));
}

/** Marks of each path in the strip: of a row, or of a row and a colour. There is none at 0 on log x.
   @type {(result: Result, q: number[][], palettes: any) => Marks[]} */
function marksOf(result, q, palettes) {
  const rows = rowsOf(result, q);
  const hasPlace = scaleOf(result).isLog ? (i) => result.x[i] > 0 : () => true;
  const { colours, levelOf } = colouring(palettes, componentsOf(result).length);
  const half = (HALF * labelsOf(result).length) / heightOfStrip(result); // in rows
  return labelsOf(result).flatMap((k) => {
    const at = indices(result.x).filter((i) => rows[i] === k && hasPlace(i));
    const strokes = strokesOf(result, k, half);
    const marks = (some) => ({
      k,
      half,
      xs: some.map((i) => result.x[i]),
      ys: some.map((i) => k + heightOf(i)),
      path: some.map((i) => strokes[i]).join(""),
    });
    if (state.colourBy !== "responsibility") return [marks(at)];
    const groups = colours.map(() => []);
    for (const i of at) groups[levelOf(q[i])].push(i);
    return groups.map((some, level) => ({ ...marks(some), colour: colours[level] }));
  });
}

/** Traces of the rows: what is said of each observation.
   @type {(result: Result, q: number[][]) => Values[]} */
function observationsOf(result, q) {
  const rows = rowsOf(result, q);
  return labelsOf(result).map((k) => {
    const at = indices(result.x).filter((i) => rows[i] === k);
    const [x, y] = [at.map((i) => result.x[i]), at.map((i) => k + heightOf(i))];
    return { x, y, customdata: at.map((i) => q[i]), meta: { at } };
  });
}

export { heightOfStrip, marksOf, observationsOf };
