import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { spread } from "../../lib/core/draw/labels.js";

test("labels of an overlay keep apart, in order, and inside", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -50, max: 250, noNaN: true }), { minLength: 1, maxLength: 13 }), (wanted) => {
      const places = spread(
        [...wanted].sort((a, b) => a - b),
        15,
        7,
        193,
      );
      places.forEach((place, k) => {
        assert.ok(place >= 7 - 1e-6 && place <= 193 + 1e-6);
        assert.ok(k === 0 || place - places[k - 1] >= 15 - 1e-6);
      });
    }),
  );
});
