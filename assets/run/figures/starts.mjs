/* Where runs from other starts ended: a dot for each, along the log-likelihood. */
import { byId } from "../../core/dom.mjs";
import { fill, fixed } from "../../core/text.mjs";
import * as figures from "../../figures/draw.mjs";
import { curvesTable } from "../../figures/tables.mjs";
import { add } from "../run_figures.mjs";
import { state } from "../state.mjs";
import { span } from "./over_iterations.mjs";

const ID = "starts-figure";
const DECIMALS = 3; // of ℓ
const SLOTS = 60; // of the axis: dots in one are stacked
const LEAST = 1e-3; // width of the axis, in nats: ends that are nearer are told as one
const KINDS = { best: "best", as_high: "best", other: "other", best_so_far: "unfinished", unfinished: "unfinished" };

/** Ends that are drawn: not spikes, whose log-likelihood has no limit.
   @type {(study: StartsStudy) => StartsStudy["rows"]} */
const drawn = ({ rows }) => rows.filter(({ what }) => KINDS[what]);

/* The legend has the kinds of ends that there are. */
document.addEventListener("figure", ({ detail: id }) => {
  if (id !== ID || !state.starts) return;
  const kinds = state.starts.rows.map(({ what }) => KINDS[what]);
  for (const key of byId("starts-legend").querySelectorAll("li"))
    key.hidden = !kinds.some((kind) => key.querySelector(`.of-${kind}`));
});

/** @type {RunFigure["make"]} */
function make(_, __, config) {
  const rows = state.starts ? drawn(state.starts) : [];
  if (!rows.length) return null;
  const levels = rows.map((row) => row.log_likelihood);
  const [low, high] = span(levels, 0.06);
  const middle = (low + high) / 2;
  const half = Math.max(high - low, LEAST) / 2;
  /** @type {Record<number, number>} */
  const stacked = {};
  const dots = rows.flatMap(({ what, log_likelihood: ell, count: runs }) => {
    const slot = Math.round(((ell - middle) / half) * (SLOTS / 2));
    return Array.from({ length: runs }, () => ({ what, x: ell, y: (stacked[slot] = (stacked[slot] ?? 0) + 1) }));
  });
  const figure = figures.skeleton(config, ID, ({ uid }) => dots.some(({ what }) => KINDS[what] === uid));
  for (const { uid } of figure.data) {
    const own = dots.filter(({ what }) => KINDS[what] === uid);
    figures.setTrace(figure, uid, { x: own.map(({ x }) => x), y: own.map(({ y }) => y) });
  }
  const most = Math.max(...dots.map(({ y }) => y));
  figure.layout.xaxis.range = [middle - half, middle + half];
  figure.layout.yaxis.range = [0, most + 1];
  return { figure };
}

/** @type {RunFigure["sentence"]} */
function sentence(_, __, { figureSentences: words }) {
  const rows = state.starts ? drawn(state.starts) : [];
  if (!rows.length) return "";
  const levels = rows.map((row) => row.log_likelihood);
  const [low, high] = [Math.min(...levels), Math.max(...levels)];
  const ends = fill(high - low < LEAST ? words.starts_together : words.starts, {
    low: fixed(low, DECIMALS),
    high: fixed(high, DECIMALS),
  });
  return ends + (rows.length < state.starts.rows.length ? words.starts_spikes : "");
}

/** @type {RunFigure["tables"]} */
const tables = (figure) => figure.data.map(({ uid, name }) => curvesTable(figure, RegExp(`^${uid}$`), name));

add(ID, { make, sentence, tables, still: true });
