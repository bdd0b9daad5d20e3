import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { elided } from "../../lib/core/text/elided.js";

test("a long name keeps both ends, within its room", () => {
  assert.equal(elided("a rather long class name of number 7", 20), "a rather l…number 7");
  assert.equal(elided("short", 5), "short");
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 2, max: 40 }), (text, length) => {
      const shown = [...elided(text, length)];
      assert.ok(shown.length <= Math.max(length, 2));
      assert.ok([...text].length > length ? shown.includes("…") : shown.join("") === text);
    }),
  );
});
