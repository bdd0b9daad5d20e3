import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { layoutRows, rowAt } from "../lib/core/row_layout.js";
import { valueRange } from "../lib/core/value_range.js";

test("rows lie in the plot, in order, and do not touch", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 64 }), fc.boolean(), (channels, strip) => {
      const height = channels * Math.max(16, Math.round(440 / channels)) + 28;
      const { strip: band, rows } = layoutRows(6, height, channels, strip);
      const all = band ? [band, ...rows] : rows;
      assert.equal(rows.length, channels);
      all.forEach((row, k) => {
        assert.ok(row.height >= 8);
        assert.ok(k === 0 || row.top >= all[k - 1].top + all[k - 1].height);
      });
      assert.equal(all[0].top, 6);
      assert.equal(all.at(-1).top + all.at(-1).height, 6 + height);
    }),
  );
});

test("the row under a pixel", () => {
  const layout = layoutRows(0, 228, 2, true);
  assert.equal(rowAt(10, layout), "strip");
  assert.equal(rowAt(24, layout), null);
  assert.equal(rowAt(60, layout), 0);
  assert.equal(rowAt(200, layout), 1);
});

const column = (values) => ({ values: Float32Array.from(values), offset: 0, stride: 1 });

test("a row shows all values of an ordinary channel", () => {
  const values = Array.from({ length: 400 }, (_, k) => Math.sin(k / 9));
  const { low, high, clipped } = valueRange(column(values), 400);
  assert.equal(clipped, false);
  assert.ok(values.every((value) => value >= low - 1e-6 && value <= high + 1e-6));
});

test("one wild value does not flatten the rest", () => {
  const values = Array.from({ length: 400 }, (_, k) => Math.sin(k / 9));
  values[77] = 1000;
  const { high, clipped } = valueRange(column(values), 400);
  assert.equal(clipped, true);
  assert.ok(high < 5);
});

test("a flat channel lies in the middle of its row", () => {
  assert.deepEqual(valueRange(column([3, 3, 3]), 3), { low: 2, high: 4, clipped: false });
});
