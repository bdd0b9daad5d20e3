import assert from "node:assert/strict";
import { test } from "node:test";
import {
  beforePooling,
  contribution,
  contributionsOf,
  namesOf,
  positionsOf,
  rankedAt,
  termsOf,
} from "../../lib/core/picture/contributions.js";

const array = (shape, ...values) => ({ shape, values: Float32Array.from(values) });

// Two steps of two filters, each the maximum of two of four positions.
const found = contributionsOf({
  content: {
    layer: "pool",
    score: 10,
    rest: -1,
    affine: true,
    filters: [3, 7],
    stages: [
      { name: "conv", kind: "Conv1D", pools: null },
      { name: "pool", kind: "MaxPooling1D", pools: "maximum" },
    ],
  },
  arrays: {
    activations: array([2, 2], 5, 2, 1, 4),
    weights: array([2, 2], 1, 2, -1, 0.5),
    others: array([2], 0.5, 0.5),
    steps: array([2, 3], 0, 6, 2.5, 4, 10, 6.5),
    "stage 0": array([4, 2], 1, 2, 5, 0, 1, 3, 0, 4),
    "stage 1": array([2, 2], 5, 2, 1, 4),
    "sources 0": array([2, 2], 0, 2, 2, 4),
  },
});

test("the terms add up to the score", () => {
  const terms = termsOf(found, 0, 1);
  assert.deepEqual(terms, { filter: 4, otherFilters: 5.5, otherSteps: 1.5, rest: -1 });
  assert.equal(terms.filter + terms.otherFilters + terms.otherSteps + terms.rest, found.score);
});

test("filters are sorted by the size of what they contribute to a step", () => {
  assert.deepEqual(rankedAt(found, 0), [0, 1]);
  assert.deepEqual(rankedAt(found, 1), [1, 0]);
  assert.equal(contribution(found, 1, 0), -1);
});

test("of a pooled window the largest value leads to the step", () => {
  assert.deepEqual(positionsOf(found, 0, 0), [1, 0]);
  assert.deepEqual(positionsOf(found, 0, 1), [0, 0]);
  assert.deepEqual(positionsOf(found, 1, 1), [3, 1]);
  assert.deepEqual(beforePooling(found, 1), { place: 0, window: [2, 4] });
});

test("stages of one layer are told apart by what makes them", () => {
  const [conv, pool] = found.stages;
  assert.deepEqual(namesOf(found), ["conv", "pool"]);
  const fused = { ...found, stages: [conv, { ...conv, kind: "relu" }, pool] };
  assert.deepEqual(namesOf(fused), ["conv (Conv1D)", "conv (relu)", "pool"]);
});

test("without a pooling a step is its own position", () => {
  const alone = { ...found, stages: [{ ...found.stages[1], pools: null }] };
  assert.deepEqual(beforePooling(alone, 1), { place: 0, window: [1, 2] });
  assert.deepEqual(positionsOf(alone, 1, 0), [1]);
});
