import assert from "node:assert/strict";
import { test } from "node:test";
import { packResults, unpackResults } from "../../lib/core/picture/job_results.js";

const packed = {
  index: [
    { name: "one", content: { a: 1 }, arrays: [{ name: "x", shape: [2, 1], offset: 0 }] },
    {
      name: "two",
      content: {},
      arrays: [
        { name: "y", shape: [0], offset: 8 },
        { name: "z", shape: [1], offset: 8 },
      ],
    },
  ],
  data: new DataView(Float32Array.of(9, 1, 2, 3).buffer, 4),
};

test("results come out of one buffer, which may start anywhere", () => {
  const results = unpackResults(packed);
  assert.deepEqual([...results.keys()], ["one", "two"]);
  assert.deepEqual(results.get("one"), {
    content: { a: 1 },
    arrays: { x: { values: Float32Array.of(1, 2), shape: [2, 1] } },
  });
  assert.deepEqual(results.get("two").arrays.z.values, Float32Array.of(3));
});

test("what a saved notebook keeps is what was there", () => {
  const results = unpackResults(packed);
  assert.deepEqual(unpackResults(packResults(results)), results);
  assert.deepEqual(packResults(new Map()).index, []);
});

test("results without numbers need no buffer", () => {
  assert.deepEqual(unpackResults({ index: [{ name: "n", content: 3, arrays: [] }], data: null }).get("n"), {
    content: 3,
    arrays: {},
  });
});
