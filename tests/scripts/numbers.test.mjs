/* Numbers in boxes: what is typed, and what the page writes. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { decimal, onStep, read, readFor, stepped, write } from "../../assets/core/numbers.mjs";

const parameter = (minimum, maximum, step) => ({ minimum, maximum, step });
const N = parameter(1, 100_000, 1);
const SEED = parameter(0, 2 ** 32 - 1, 1);
const SCALE = parameter(0.001, 5, 0.001);
const MEAN = parameter(-2.5, 2.5, 0.1);
const TOLERANCE = parameter(0, 1, null);

test("a text is read as the number that it is as a whole, or not at all", () => {
  const cases = JSON.parse(readFileSync(new URL("../cases/boxes.json", import.meta.url), "utf8"));
  for (const { typed, value } of cases) assert.equal(read(typed).value ?? null, value, typed);
});

test("other ways to write numbers", () => {
  const values = {
    0.2: 0.2,
    ".2": 0.2,
    ",2": 0.2,
    "5,": 5,
    "-.5": -0.5,
    "–1.2": -1.2, // en dash
    "－1": -1, // full-width
    "1e−3": 0.001,
    "1,5e3": 1500,
    "1.5E+3": 1500,
    "\u00a00.3\u202f": 0.3,
    "0.3\n": 0.3,
    "0.200": 0.2,
    "00,200": 0.2,
    "1,2345": 1.2345,
    "1234,567": 1234.567,
    4294967295: 4294967295,
    [`0.${"1".repeat(10_000)}`]: 1 / 9,
  };
  for (const [typed, value] of Object.entries(values)) assert.deepEqual(read(typed), { value }, typed);
});

test("what is no number as a whole is refused", () => {
  const noNumbers = [
    "1 2",
    "0. 2",
    "- 1",
    "--1",
    "+-1",
    "−−1",
    "1-",
    "1e",
    "e5",
    "1e1.5",
    "1e5e5",
    ".",
    ",",
    "+",
    "1..2",
  ];
  noNumbers.push("1.5,3", "1,00,000", "1,5 €", "≈1", "0b1", "1_000", "Infinity", "NaN", "１２", "x=1", "1\u200b");
  for (const typed of noNumbers) assert.deepEqual(read(typed), { problem: "not_a_number" }, typed);
  for (const typed of ["", "  ", "\u00a0"]) assert.deepEqual(read(typed), { problem: "empty" }, typed);
  for (const typed of ["1e999", "9".repeat(400)]) assert.deepEqual(read(typed), { problem: "too_large" }, typed);
  for (const typed of ["-1e999", "1e-999"]) assert.deepEqual(read(typed), { problem: "too_small" }, typed);
});

test("where two readings are possible, both are named as they can be typed", () => {
  const readings = {
    "1,000": ["1", "1", "1000"],
    "1.000": ["1", "1", "1000"],
    "10,000": ["10", "10", "10000"],
    "+1,000": ["1", "1", "1000"],
    "−1.500": ["-1.5", "-1.5", "-1500"],
    1.234: ["1.234", "1.2340", "1234"],
    "1,234e3": ["1234", "1234", "1234000"],
    "123.456e-9": ["1.23456e-7", "1.23456e-7", "0.000123456"],
  };
  for (const [typed, [small, typedSmall, large]] of Object.entries(readings)) {
    assert.deepEqual(read(typed), { problem: "two_readings", small, typed: typedSmall, large }, typed);
    assert.deepEqual([read(typedSmall).value, read(large).value], [Number(small), Number(large)], typed);
  }
});

test("thousands set apart are refused, with the number as it can be typed", () => {
  const large = { "1 000": "1000", "1'000": "1000", "1’000": "1000", "1\u00a0000": "1000", "12\u202f345,6": "12345.6" };
  Object.assign(large, { "1,000,000": "1000000", "-1.000,25": "-1000.25", "1,000.500": "1000.5", "1,234.": "1234" });
  for (const [typed, number] of Object.entries(large))
    assert.deepEqual(read(typed), { problem: "grouped", large: number }, typed);
});

test("what a box shows is read as the same value", () => {
  for (const p of [N, SCALE, MEAN, parameter(-10_000, 10_000, 0.25), parameter(1e-7, 1e-3, 1e-7)]) {
    const last = Math.round((p.maximum - p.minimum) / p.step);
    for (let i = 0; i <= last; i++) {
      const value = onStep(p, i);
      assert.deepEqual(readFor(p, write(value)), { value }, write(value));
    }
  }
  for (let i = 0; i < 20_000; i++) {
    const value = Number((Math.sin(i) * 10 ** ((i % 600) / 10 - 30)).toPrecision(1 + (i % 17)));
    assert.deepEqual(read(write(value)), { value }, write(value));
    assert.equal(Number(decimal(value)), value);
    assert.match(decimal(value), /^-?\d+(\.\d+)?$/);
  }
  assert.deepEqual([1.234, 100, 0.5, 1.234e-7, -12.345].map(write), ["1.2340", "100", "0.5", "1.2340e-7", "-12.3450"]);
});

test("a value must lie on a step within the bounds", () => {
  const problems = [
    [N, "0", "too_small"],
    [N, "1e9", "too_large"],
    [N, "12.5", "off_step"],
    [MEAN, "0.25", "off_step"],
    [SCALE, "0.0015", "off_step"],
    [TOLERANCE, "-1e-9", "too_small"],
  ];
  for (const [p, typed, problem] of problems) assert.deepEqual(readFor(p, typed), { problem }, typed);
  for (const [p, typed] of [[N, "1e5"], [SEED, "4294967295"], [MEAN, "0,3"], [TOLERANCE, "3e-9"]]) // biome-ignore format: pairs
    assert.equal(readFor(p, typed).problem, undefined, typed);
});

test("keys step as in a browser's number field", () => {
  const steps = [
    [MEAN, 0.2, 1, 0.3],
    [MEAN, 0.25, 1, 0.3],
    [MEAN, 0.25, -1, 0.2],
    [MEAN, 0, 10, 1],
    [MEAN, 2.4, 10, 2.5],
    [MEAN, 9, 1, 2.5],
    [MEAN, -9, -1, -2.5],
    [SCALE, 0.001, -10, 0.001],
    [SCALE, 1.233, 1, 1.234],
    [parameter(0, 7, 2), 6, 1, 6], // 7 is not on a step
    [parameter(1e-7, 1e-3, 1e-7), 3e-7, -1, 2e-7],
    [TOLERANCE, 1e-12, 1, 1e-11],
    [TOLERANCE, 1e-12, -1, 1e-13],
    [TOLERANCE, 0.5, 1, 1],
  ];
  for (const [p, value, by, next] of steps) assert.equal(stepped(p, value, by), next, `${value} ${by}`);
});
