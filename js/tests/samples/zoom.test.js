import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { containing, wholeOf, Zoom, zoomed } from "../../lib/core/samples/zoom.js";

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

const wholes = fc.integer({ min: 4, max: 400 }).map((samples) => wholeOf(samples, 1));

test("the view of a whole series is that of every other whole series", () => {
  fc.assert(
    fc.property(fc.array(wholes, { minLength: 2 }), (series) => {
      const zoom = new Zoom(() => series);
      let view = series[series.length - 1];
      for (const one of series) {
        view = zoom.next(view, one);
        assert.deepEqual(view, one);
      }
    }),
  );
});

test("a zoom is kept through shorter series, in which it lies within them and is as wide as they allow", () => {
  fc.assert(
    fc.property(views, fc.array(wholes, { minLength: 1 }), (view, series) => {
      const zoom = new Zoom(() => [all]);
      zoom.next(all, all);
      let now = zoom.next(view, all);
      const zoomedIn = view[1] - view[0] < 300;
      for (const one of series) {
        now = zoom.next(now, one);
        const width = Math.min(zoomedIn ? view[1] - view[0] : Infinity, one[1] - one[0]);
        assert.ok(now[0] >= one[0] && now[1] <= one[1] && Math.abs(now[1] - now[0] - width) < 1e-9);
      }
      assert.deepEqual(zoom.next(now, all), zoomedIn ? view : all);
    }),
  );
});

test("a zoom that is changed in a shorter series is the one that is kept", () => {
  const zoom = new Zoom(() => [all]);
  zoom.next(all, all);
  zoom.next([200, 250], all);
  zoom.next([200, 250], wholeOf(100, 1));
  zoom.next([10, 30], wholeOf(50, 1));
  assert.deepEqual(zoom.next([10, 30], all), [10, 30]);
});
