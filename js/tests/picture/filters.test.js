import assert from "node:assert/strict";
import { test } from "node:test";
import { importances, placed, ranked, readingOf } from "../../lib/core/picture/filters.js";

const table = (...steps) => ({ values: Float32Array.from(steps.flat()), columns: 3 });
const tile = (values, filters) => ({
  values: Float32Array.from(values),
  samples: values.length / filters,
  channels: filters,
});

test("activations stand at the places of their steps, linear between and held beyond", () => {
  const steps = table([0, 3, 1], [2, 5, 3]);
  assert.deepEqual([...placed(tile([0, 9, 4, 9], 2), 0, steps, 6)], [0, 0, 2, 4, 4, 4]);
});

test("a place between two samples is no sample's own, and steps at one place are averaged", () => {
  assert.deepEqual([...placed(tile([1, 3], 1), 0, table([0, 2, 0.5], [1, 3, 1.5]), 3)], [1, 2, 3]);
  assert.deepEqual([...placed(tile([1, 3, 8], 1), 0, table([0, 1, 0], [0, 1, 0], [2, 3, 2]), 3)], [2, 5, 8]);
});

const reading = readingOf({
  content: { layer: "conv", weighed: "exact" },
  arrays: {
    steps: { values: Float32Array.of(0, 1, 0), shape: [1, 3] },
    activity: { values: Float32Array.of(1, 3, 2), shape: [3] },
    weights: { values: Float32Array.of(0, 0, 1, -1, 5, 0), shape: [2, 3] },
  },
});

test("filters are sorted by what they do, or by what they count for the class", () => {
  assert.deepEqual(ranked(importances(reading, "activity", 0)), [1, 2, 0]);
  assert.deepEqual(ranked(importances(reading, "weight", 0)), [2, 0, 1]);
  assert.deepEqual(ranked(importances(reading, "weight", 1)), [1, 2, 0]);
});
