import assert from "node:assert/strict";
import { test } from "node:test";
import { intervalsText, windowText } from "../../lib/core/text/window_text.js";

const picture = {
  choice: { instance: 0, mean: null },
  attribution: { values: Float32Array.of(1, -1, 0, 4, 0, 0, -2, 0), samples: 4, channels: 2 },
};
const facts = { sampling_rate: 10 };

test("windows and intervals in words", () => {
  assert.equal(
    windowText([1, 2], picture, facts),
    "0.10 s to 0.20 s: 50.0 % of the sum of |attribution| in 25.0 % of the time; sum +4.00",
  );
  assert.match(windowText([1, 3], picture, { sampling_rate: null }), /^samples 1 to 2: /);
  assert.match(intervalsText([[0, 1]], picture), /^true intervals: 25.0 % .* the largest value lies outside$/);
});
