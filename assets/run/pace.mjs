/* How fast a run plays, and the scale of the slider over its iterations. */
import { lastRecord } from "./result.mjs";

const PLAYED = 10_000; // ms that a run takes at most if somebody plays it
const AFTER_RUN = 3000; // likewise when it has come
const LONGEST = 1000; // ms for one iteration of a short run
const EVEN = 0.5; // share of the time that all iterations have alike; the rest goes to those that change much
const LOGARITHMIC = 100; // iterations above which the slider is logarithmic
const STEPS = 1000; // of a logarithmic slider

/** The time at which each record comes, from 0 on, in ms, if the whole run takes at most `longest`.
   @type {(result: Result, longest: number) => number[]} */
function schedule(result, longest) {
  const last = lastRecord(result);
  const whole = Math.min(longest, LONGEST * last);
  const changes = Array.from({ length: last }, (_, t) => change(result, t));
  const total = changes.reduce((sum, one) => sum + one, 0) || 1;
  const times = [0];
  changes.forEach((one) => times.push(times.at(-1) + whole * (EVEN / last + ((1 - EVEN) * one) / total)));
  return times;
}

/** How much is seen to change from record t to the next: the greatest change of a parameter, as a share of the range
   that it has in the run.
   @type {(result: Result, t: number) => number} */
function change({ trajectory }, t) {
  const shares = Object.values(trajectory).flatMap((records) => {
    const range = rangeOf(records);
    return records[t].map((value, k) => Math.abs(records[t + 1][k] - value) / range);
  });
  return Math.max(...shares);
}

/** @type {WeakMap<number[][], number>} */
const ranges = new WeakMap(); // records of a parameter -> greatest less least value

/** @type {(records: number[][]) => number} */
function rangeOf(records) {
  if (!ranges.has(records)) {
    let [low, high] = [Infinity, -Infinity];
    for (const values of records)
      for (const value of values) {
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
    ranges.set(records, high - low || 1);
  }
  return ranges.get(records);
}

/* The slider's last value, for a run of so many iterations. */
const sliderEnd = (last) => (last > LOGARITHMIC ? STEPS : Math.max(last, 1));

/* The slider's value for an iteration, and the iteration for a value. */
const toSlider = (t, last) => (last > LOGARITHMIC ? (STEPS * Math.log1p(t)) / Math.log1p(last) : t);
const toIteration = (value, last) =>
  last > LOGARITHMIC ? Math.round(Math.expm1((value / STEPS) * Math.log1p(last))) : Math.min(value, last);

export { AFTER_RUN, PLAYED, schedule, sliderEnd, toIteration, toSlider };
