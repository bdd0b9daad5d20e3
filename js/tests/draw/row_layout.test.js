import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { layoutRows, rowAt } from "../../lib/core/draw/row_layout.js";
import { Column } from "../../lib/core/samples/column.js";
import { spread } from "../../lib/core/draw/labels.js";
import { DEFAULTS } from "../../lib/core/picture/options.js";
import { sharedRanges, valueRange } from "../../lib/core/picture/value_range.js";

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

test("the row under a pixel", () => {
  const layout = layoutRows(0, 228, alone(2), true);
  assert.equal(rowAt(10, layout), "strip");
  assert.equal(rowAt(24, layout), null);
  assert.equal(rowAt(60, layout), 0);
  assert.equal(rowAt(200, layout), 1);
});

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
  const own = [[0, 1], [-1, 4], [10, 20]].map(([low, high]) => ({ low, high, clipped: false }));
  const shared = (options) =>
    sharedRanges(own, ["g", "g", "m"], { ...DEFAULTS, ...options }).map(({ low, high }) => [low, high]);
  assert.deepEqual(shared({ rows: "channel" }), [[0, 1], [-1, 4], [10, 20]]);
  assert.deepEqual(shared({ rows: "unit" }), [[-1, 4], [-1, 4], [10, 20]]);
  assert.deepEqual(shared({ rows: "global" }), [[-1, 20], [-1, 20], [-1, 20]]);
  assert.deepEqual(shared({ rows: "channel", gain: 2 })[2], [12.5, 17.5]);
});

test("labels of an overlay keep apart, in order, and inside", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -50, max: 250, noNaN: true }), { minLength: 1, maxLength: 13 }), (wanted) => {
      const places = spread([...wanted].sort((a, b) => a - b), 15, 7, 193);
      places.forEach((place, k) => {
        assert.ok(place >= 7 - 1e-6 && place <= 193 + 1e-6);
        assert.ok(k === 0 || place - places[k - 1] >= 15 - 1e-6);
      });
    }),
  );
});
