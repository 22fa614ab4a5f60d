/* The scale of x in Data and fit: the one that somebody pressed or a link names, or else the family's. On log x all is
   in decades: places are log10(x), and a density is one per decade. */
import { dash } from "../../core/dash.mjs";
import { byId } from "../../core/dom.mjs";
import * as features from "../../core/features.mjs";
import { drawOne } from "../run_figures.mjs";
import { state, update } from "../state.mjs";

const NAME = "x-scale";
const FIGURE = "data-figure";

/** @type {Scale} */
const LINEAR = { isLog: false, placeOf: (x) => x, at: (place) => place, stretch: () => 1 };
/** @type {Scale} */
const LOG = { isLog: true, placeOf: Math.log10, at: (place) => 10 ** place, stretch: (x) => Math.LN10 * x };

const named = () => state.xScale ?? state.config.link.values[NAME] ?? null;

/** What the buttons say, also where these observations have no place on log x.
   @param {Result} result */
const chosen = ({ family }) => named() ?? state.config.link.readScales[family];

/** @param {Result} result */
const scaleOf = (result) => (result.histogram.log && chosen(result) === "log" ? LOG : LINEAR);

/** The histogram on show.
   @param {Result} result */
const binsOf = (result) => (scaleOf(result).isLog ? result.histogram.log : result.histogram);

/* For Dash: a button was pressed, or the listener below wrote what is chosen already. */
function choose(value) {
  if (!state.result) update({ xScale: value });
  else if (value !== chosen(state.result)) {
    update({ xScale: value });
    drawOne(FIGURE);
  }
}

/** @type {Result["histogram"]} */
let followed = null;

/* Other observations may have another family, no place on log x, or labels. */
document.addEventListener("figure", ({ detail: id }) => {
  const { result } = state;
  if (id !== FIGURE || result.histogram === followed) return;
  followed = result.histogram;
  byId(`${NAME}-log`).closest(".choice").hidden = !result.histogram.log;
  byId("data-legend").classList.toggle("by-label", Boolean(result.z));
  const pressed = chosen(result);
  dash.set_props(NAME, { data: pressed });
  for (const value of ["log", "linear"])
    dash.set_props(`${NAME}-${value}`, { "aria-pressed": String(value === pressed) });
});

features.register({
  view: FIGURE,
  linked({ link }) {
    const { result } = state;
    return [[NAME, result ? chosen(result) : named(), result ? link.scales[result.family] : null]];
  },
  settings: () => [],
});

export { binsOf, choose, scaleOf };
