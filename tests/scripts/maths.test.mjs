/* Densities and samples, without a browser. tests/browser/test_densities.py holds them to scipy. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as densities from "../../assets/maths/densities.mjs";
import * as sampling from "../../assets/maths/sampling.mjs";

const GAUSSIAN = { weights: [0.3, 0.7], means: [-2, 1], stds: [0.5, 1.5] };
const EXPONENTIAL = { weights: [0.25, 0.75], scales: [0.5, 4] };
const MIXTURES = Object.entries({ gaussian: GAUSSIAN, exponential: EXPONENTIAL });

const near = (actual, expected, within = 1e-12) =>
  assert.ok(Math.abs(actual - expected) <= within * Math.max(1, Math.abs(expected)), `${actual}, not ${expected}`);
const sum = (values) => values.reduce((total, value) => total + value, 0);
const grid = (low, high, steps) => Array.from({ length: steps + 1 }, (_, i) => low + ((high - low) * i) / steps);

test("known values", () => {
  const standard = { weights: [1], means: [0], stds: [1] };
  near(densities.mixture("gaussian", standard, [0])[0], 1 / Math.sqrt(2 * Math.PI));
  const [half, ...tails] = densities.mixture("gaussian", standard, [0, -1.959963984540054, 6], "cumulative");
  near(half, 0.5);
  near(tails[0], 0.025);
  near(1 - tails[1], 9.865876450376981e-10, 1e-15);
  near(densities.halfLife({ weights: [1, 0], scales: [3, 1] }), 3 * Math.LN2);
  const { mean, std, cv2 } = densities.moments("exponential", { weights: [1], scales: [2] });
  assert.deepEqual([mean, std, cv2], [2, 2, 1]);
});

test("components add up to the mixture, whose area is the distribution function", () => {
  for (const [family, p] of MIXTURES) {
    const xs = grid(0, 10, 4000);
    const y = densities.mixture(family, p, xs);
    const parts = p.weights.map((_, k) => densities.weightedComponent(family, p, k, xs));
    y.forEach((value, i) => near(value, sum(parts.map((part) => part[i]))));
    const area = (sum(y) - (y[0] + y.at(-1)) / 2) * (xs[1] - xs[0]);
    const [low, high] = densities.mixture(family, p, [0, 10], "cumulative");
    near(area, high - low, 1e-5);
  }
});

test("responsibilities sum to one, far out too, and are Bayes' rule", () => {
  for (const [family, p] of MIXTURES)
    for (const x of [0, 0.1, 3, 1e3, 1e5]) {
      const q = densities.responsibilities(family, p, x);
      near(sum(q), 1);
      const [total] = densities.mixture(family, p, [x]);
      if (total > 1e-100) near(q[0], densities.weightedComponent(family, p, 0, [x])[0] / total);
    }
});

test("modes lie where the density is highest, and near components have one", () => {
  const [left, right] = densities.modes(GAUSSIAN);
  for (const mode of [left, right]) {
    const [below, at, above] = densities.mixture("gaussian", GAUSSIAN, [mode - 0.01, mode, mode + 0.01]);
    assert.ok(at > below && at > above);
  }
  assert.deepEqual(densities.shownModes({ weights: [0.5, 0.5], means: [-1, 1], stds: [1, 1] }), [0]);
});

test("a sample follows from its seed, and a larger one begins with it", () => {
  const three = { weights: [0.2, 0.3, 0.5], scales: [1, 2, 3] };
  for (const [family, p] of [...MIXTURES, ["exponential", three]]) {
    const few = sampling.sample(family, p, 7, 100);
    const many = sampling.sample(family, p, 7, 20_000);
    assert.deepEqual(many.x.slice(0, 100), few.x);
    assert.deepEqual(many.k.slice(0, 100), few.k);
    assert.notDeepEqual(sampling.sample(family, p, 8, 100).x, few.x);
    const { mean, std } = densities.moments(family, p);
    near(sum(many.x) / many.x.length, mean, (4 * std) / Math.sqrt(many.x.length));
    p.weights.forEach((weight, k) => near(many.k.filter((one) => one === k).length / many.k.length, weight, 0.02));
  }
});

test("histogram and steps count every point", () => {
  const xs = [0.5, 1, 1, 2.5, 9];
  const { y, width } = sampling.histogram(xs, [0, 3], 3);
  assert.deepEqual(
    y.map((density, i) => density * width[i] * xs.length),
    [1, 2, 1]
  );
  const { x, y: shares } = sampling.steps(xs, [1, 3]);
  assert.deepEqual(x, [1, 1, 1, 2.5, 3]);
  assert.deepEqual(shares, [0.2, 0.4, 0.6, 0.8, 0.8]);
});
