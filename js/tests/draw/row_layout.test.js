import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { layoutRows, rowAt } from "../../lib/core/draw/row_layout.js";

const alone = (count) => Array.from({ length: count }, (_, channel) => [channel]);

test("rows lie in the plot, in order, and do not touch", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 64 }), fc.boolean(), (channels, strip) => {
      const height = channels * Math.max(16, Math.round(440 / channels)) + 28;
      const { strip: band, rows } = layoutRows(6, height, alone(channels), strip);
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

test("rows are where they are below a strip, if there is room for one", () => {
  assert.deepEqual(layoutRows(6, 440, alone(9), false, true).rows, layoutRows(6, 440, alone(9), true).rows);
  assert.deepEqual(layoutRows(6, 440, [], false).rows, []);
});

test("the row under a pixel", () => {
  const layout = layoutRows(0, 228, alone(2), true);
  assert.equal(rowAt(10, layout), "strip");
  assert.equal(rowAt(24, layout), null);
  assert.equal(rowAt(60, layout), 0);
  assert.equal(rowAt(200, layout), 1);
});
