import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { besidePoint, CLEARANCE } from "../../lib/core/draw/beside_point.js";

const size = (most) =>
  fc.record({ width: fc.integer({ min: 1, max: most }), height: fc.integer({ min: 1, max: most }) });

test("a box is in its room, and away from the point where there is any place for that", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 0, max: 500 }), size(300), (x, y, box) => {
      const room = { width: 900, height: 500 };
      const { left, top } = besidePoint({ x, y }, box, room);
      assert.ok(left >= 0 && left + box.width <= 900 && top >= 0 && top + box.height <= 500);
      assert.ok(left >= x + CLEARANCE || left + box.width <= x - CLEARANCE);
    }),
  );
});

test("in a narrow room it is above or below the point", () => {
  const room = { width: 300, height: 500 };
  const box = { width: 220, height: 120 };
  assert.ok(besidePoint({ x: 150, y: 100 }, box, room).top >= 100 + CLEARANCE);
  assert.ok(besidePoint({ x: 150, y: 400 }, box, room).top + 120 <= 400 - CLEARANCE);
});
