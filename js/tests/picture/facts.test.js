import assert from "node:assert/strict";
import { test } from "node:test";
import { received, unpackTable } from "../../lib/core/picture/facts.js";

test("instances that are numbered by their index are given by their count", () => {
  assert.deepEqual(received({ instances: 3, samples: 5 }), { instances: [0, 1, 2], samples: 5 });
  assert.deepEqual(received({ instances: [4, 9], samples: 5 }), { instances: [4, 9], samples: 5 });
});

test("rows of a table that were not sent are NaN", () => {
  const data = new DataView(new Float32Array([1, 2]).buffer);
  const { values, columns } = unpackTable({ dtype: "float32", shape: [3, 2], row: 1, data });
  assert.deepEqual([...values, columns], [NaN, NaN, 1, 2, NaN, NaN, 2]);
  const all = unpackTable({ dtype: "float32", shape: [1, 2], row: null, data });
  assert.deepEqual([...all.values, all.columns], [1, 2, 2]);
  assert.equal(unpackTable(null), null);
});
