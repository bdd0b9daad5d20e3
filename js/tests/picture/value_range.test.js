import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULTS } from "../../lib/core/picture/options.js";
import { sharedRanges, valueRange } from "../../lib/core/picture/value_range.js";
import { Column } from "../../lib/core/samples/column.js";

const column = (values) => new Column(Float32Array.from(values), 0, 1, values.length);

test("a row shows all values of an ordinary channel", () => {
  const values = Array.from({ length: 400 }, (_, k) => Math.sin(k / 9));
  const { low, high, clipped } = valueRange(column(values));
  assert.equal(clipped, false);
  assert.ok(values.every((value) => value >= low - 1e-6 && value <= high + 1e-6));
});

test("one wild value does not flatten the rest", () => {
  const values = Array.from({ length: 400 }, (_, k) => Math.sin(k / 9));
  values[77] = 1000;
  const { high, clipped } = valueRange(column(values));
  assert.equal(clipped, true);
  assert.ok(high < 5);
});

test("a flat channel lies in the middle of its row", () => {
  assert.deepEqual(valueRange(column([3, 3, 3])), { low: 2, high: 4, clipped: false });
});

test("gaps do not count", () => {
  assert.deepEqual(valueRange(column([NaN, 1, 4, NaN])), { low: 1, high: 4, clipped: false });
  assert.deepEqual(valueRange(column([NaN, NaN])), { low: -1, high: 1, clipped: false });
});

test("rows share a scale by unit or all together, and gain narrows it round its middle", () => {
  const own = [
    [0, 1],
    [-1, 4],
    [10, 20],
  ].map(([low, high]) => ({ low, high, clipped: false }));
  const shared = (options) =>
    sharedRanges(own, ["g", "g", "m"], { ...DEFAULTS, ...options }).map(({ low, high }) => [low, high]);
  assert.deepEqual(shared({ rows: "channel" }), [
    [0, 1],
    [-1, 4],
    [10, 20],
  ]);
  assert.deepEqual(shared({ rows: "unit" }), [
    [-1, 4],
    [-1, 4],
    [10, 20],
  ]);
  assert.deepEqual(shared({ rows: "global" }), [
    [-1, 20],
    [-1, 20],
    [-1, 20],
  ]);
  assert.deepEqual(shared({ rows: "channel", gain: 2 })[2], [12.5, 17.5]);
});
