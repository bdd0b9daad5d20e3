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

test("names with the same ends are distinguished by what is between", () => {
  const names = ["left", "right", "lower", "left lower"].map((side) => `acceleration of the ${side} sensor in m/s²`);
  assert.deepEqual(
    names.map((name) => elided(name, 16, names)),
    ["accel…left…m/s²", "accel…right…m/s²", "accel…lower…m/s²", "ac…left lower…s²"],
  );
  assert.equal(elided(names[0], 16), "accelera…in m/s²");
  assert.equal(elided(names[0], 16, names.slice(0, 1)), "accelera…in m/s²");
  const end = fc.string({ minLength: 20, maxLength: 30 });
  fc.assert(
    fc.property(end, end, fc.uniqueArray(fc.stringMatching(/^[a-z]{1,3}$/)), (head, tail, parts) => {
      const names = parts.map((part) => `${head} <${part}> ${tail}`);
      const shown = names.map((name) => elided(name, 14, names));
      assert.equal(new Set(shown).size, parts.length);
      assert.ok(shown.every((one) => [...one].length <= 14));
    }),
  );
});
