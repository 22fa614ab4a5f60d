/* Numbers and sentences as the page writes them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { count, digitsOver, fill, format, listed, settingInWords, withMinus } from "../../assets/core/text.mjs";

test("a number has its significant digits, and an exponent only if it is very large or small", () => {
  const written = [
    [[0.5], "0.5000"],
    [[-2.5, 3], "−2.50"],
    [[1234.5], "1235"],
    [[999.96], "1000"],
    [[1e6], "1.000e6"],
    [[1234567, 8], "1234567.0"],
    [[-0.00001, 2], "−1.0e−5"],
    [[1e-13], "0"],
    [[Number.NaN], "–"],
    [[-Infinity], "–"],
  ];
  for (const [numbers, text] of written) assert.equal(format(...numbers), text);
});

test("a number keeps its value, up to its digits", () => {
  for (let power = -20; power < 20; power++)
    for (const digits of [1, 3, 7]) {
      const value = -Math.PI * 10 ** power;
      const read = Number(format(value, digits).replaceAll("−", "-"));
      assert.ok(Math.abs(read - value) <= Math.max(0.5 * 10 ** (power + 1 - digits), 1e-12), `${value} ${digits}`);
    }
});

test("close values get more digits, 12 at most", () => {
  assert.equal(digitsOver(0, 10, 4, 100), 4);
  assert.equal(digitsOver(1000, 1001, 4, 100), 8);
  assert.equal(digitsOver(-1001, -1000, 4, 100), 8);
  assert.equal(digitsOver(1e15, 1e15 + 1, 4, 100), 12);
  assert.equal(digitsOver(5, 5, 4, 100), 4, "equal values cannot be told apart");
});

test("parts are listed with commas and one and", () => {
  assert.equal(listed(["one"]), "one");
  assert.equal(listed(["one", "two", "three"]), "one, two and three");
});

test("templates, counts and settings are written as in Python", () => {
  assert.equal(fill("{a} and {b}, {a}", { a: 1, b: "two" }), "1 and two, 1");
  assert.equal(count(1234567), "1,234,567");
  assert.equal(settingInWords({ setting: "{label} = {value}" }, "μ1", -2), "μ1 = −2");
});

test("a minus is no hyphen, and other hyphens stay", () => {
  assert.equal(withMinus("-5 to 1e-05, ±2e-07, 3e+06 (-1)"), "−5 to 1e−5, ±2e−7, 3e6 (−1)");
  assert.equal(withMinus("half-life of 2-3 a1e-05"), "half-life of 2-3 a1e-05");
});
