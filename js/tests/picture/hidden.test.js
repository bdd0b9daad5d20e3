import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { all, alone, toggled } from "../../lib/core/picture/hidden.js";

const COUNT = 9;
const channel = fc.integer({ min: 0, max: COUNT - 1 });
const hidden = fc.uniqueArray(channel).map((some) => some.sort((one, other) => one - other));

test("a click hides a channel, and another one shows it again", () => {
  fc.assert(
    fc.property(hidden, channel, (before, one) => {
      assert.notEqual(toggled(before, one).includes(one), before.includes(one));
      assert.deepEqual(toggled(toggled(before, one), one), before);
    }),
  );
});

test("a channel is alone after one click with Alt, and all are shown after the next", () => {
  fc.assert(
    fc.property(hidden, channel, (before, one) => {
      const others = all(COUNT).filter((other) => other !== one);
      const first = alone(before, one, COUNT);
      assert.deepEqual(first, String(before) === String(others) ? [] : others);
      assert.deepEqual(alone(others, one, COUNT), []);
    }),
  );
});
