/* The result of a run: its records, components and digits. */
import * as events from "../core/events.mjs";
import { digitsOver } from "../core/text.mjs";

/** @param {any[]} values */
const indices = (values) => values.map((_, i) => i);

/** Parameters of record t.
   @type {(result: Result, t: number) => Mixture} */
const record = (result, t) =>
  /** @type {Mixture} */ (
    Object.fromEntries(Object.entries(result.trajectory).map(([name, records]) => [name, records[t]]))
  );

/** @param {Result} result */
const componentsOf = (result) => indices(result.trajectory.weights[0]);

/** True components, which label the observations; where they are unknown, the fitted ones.
   @param {Result} result */
const labelsOf = (result) => (result.true ? indices(result.true.weights) : componentsOf(result));

/** @param {Result} result */
const lastRecord = (result) => result.log_likelihood.length - 1;

/** Digits of observations and of values among them, as means and modes; else of another parameter.
   @type {(result: Result, digits: number, name?: string) => number} */
const digitsAmong = ({ x }, digits, name = "means") =>
  name === "means" ? digitsOver(x[0], x.at(-1), digits, events.config().close) : digits;

/** A parameter's name, with the unit of the observations if there is one.
   @type {(name: string, result: Result, between?: string) => string} */
const withUnit = (name, { unit }, between = " ") => (unit ? `${name}${between}(${unit})` : name);

/** The values that the two parameters of a surface had in a run.
   @type {(surface: Surface, result: Result) => number[][]} */
const pathOver = ({ parameter, components }, result) =>
  result.trajectory[parameter].map((values) => components.map((k) => values[k]));

export { componentsOf, digitsAmong, indices, labelsOf, lastRecord, pathOver, record, withUnit };
