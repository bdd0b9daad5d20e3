import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { containing, zoomed } from "../../lib/core/samples/zoom.js";

const all = [-0.5, 299.5];
const views = fc
  .tuple(fc.integer({ min: 0, max: 290 }), fc.integer({ min: 4, max: 299 }))
  .map(([left, width]) => [left - 0.5, Math.min(299.5, left - 0.5 + width)])
  .filter(([left, right]) => right - left >= 4);

test("a zoom keeps its place where it is on the screen, as long as the series does not end", () => {
  const [left, right] = zoomed([100, 200], all, 125, 2, 1);
  assert.deepEqual([left, right], [112.5, 162.5]);
});

test("what is displayed stays within the series, and is four samples at least", () => {
  fc.assert(
    fc.property(
      views,
      fc.double({ min: 0.01, max: 100, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (view, factor, share) => {
        const [left, right] = zoomed(view, all, view[0] + share * (view[1] - view[0]), factor, 1);
        assert.ok(left >= all[0] && right <= all[1] && right - left >= 4 - 1e-9);
      },
    ),
  );
});

test("a place is brought into view, and nothing moves if it is there", () => {
  fc.assert(
    fc.property(views, fc.integer({ min: 0, max: 299 }), (view, at) => {
      const [left, right] = containing(view, all, at);
      assert.ok(left - 1e-9 <= at && at <= right + 1e-9);
      if (at >= view[0] && at <= view[1]) {
        assert.deepEqual([left, right], view);
      }
    }),
  );
});
