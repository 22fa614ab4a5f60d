/* The state of Run EM, and the address. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { encode } from "../../assets/page/query.mjs";
import { end, iterationOnShow, state, step, update } from "../../assets/run/state.mjs";

const RESULT = {
  family: "exponential",
  x: [0.1, 1, 5],
  trajectory: {
    weights: [
      [0.5, 0.5],
      [0.4, 0.6],
      [0.3, 0.7],
    ],
    scales: [
      [1, 2],
      [0.9, 2.5],
      [0.8, 3],
    ],
  },
  log_likelihood: [-9, -8, -7],
  fitted: true,
};

beforeEach(() => update({ result: RESULT, place: 0 }));

test("a change returns the previous values of what changed", () => {
  assert.deepEqual(update({ method: "em", place: 0 }), { method: null });
  assert.deepEqual(update({ method: "em" }), {});
  assert.deepEqual(update({ method: "accelerated", place: 2 }), { method: "em", place: 0 });
  assert.equal(state.method, "accelerated");
});

test("a half-step has the new parameters and the former responsibilities", () => {
  const atStart = step();
  assert.deepEqual([atStart.t, atStart.p], [0, { weights: [0.5, 0.5], scales: [1, 2] }]);
  update({ place: 1 });
  const half = step();
  assert.deepEqual([half.t, half.p], [1, { weights: [0.4, 0.6], scales: [0.9, 2.5] }]);
  assert.deepEqual(half.q, atStart.q);
  update({ place: 2 });
  assert.notDeepEqual(step().q, half.q);
  for (const q of step().q) assert.ok(Math.abs(q[0] + q[1] - 1) < 1e-12);
});

test("another result has responsibilities of its own", () => {
  const { q } = step();
  update({ result: { ...RESULT, x: [2, 3, 4] } });
  assert.notDeepEqual(step().q, q);
});

test("the iteration on show has a half after an M-step, and is null before a run", () => {
  assert.equal(end(), 4);
  const shown = [0, 1, 3, 4].map((place) => {
    update({ place });
    return iterationOnShow();
  });
  assert.deepEqual(shown, [0, 0.5, 1.5, 2]);
  update({ result: { ...state.result, fitted: false } });
  assert.equal(iterationOnShow(), null);
  update({ result: null });
  assert.equal(iterationOnShow(), null);
});

test("the address has what differs from the defaults", () => {
  assert.equal(encode([["view", "run", "run"]], 3), "");
  const state = [
    ["view", "run", "gaussian"],
    ["k", 2, 2],
    ["hide", "data,truth", ""],
    ["words", "a&b=c d", null],
  ];
  assert.equal(encode(state, 3), "?v=3&view=run&hide=data,truth&words=a%26b%3Dc%20d");
});
