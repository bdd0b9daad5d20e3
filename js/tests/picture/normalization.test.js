import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { magnitudeLimit, movingMean, shownValues } from "../../lib/core/picture/normalization.js";
import { tileOf } from "../support/tile.js";

const finite = fc.float({ noNaN: true, noDefaultInfinity: true, min: -1000, max: 1000 });
const some = fc.array(finite, { minLength: 1, maxLength: 200 });
test("a moving mean is the mean of the samples that there are within half a window", () => {
  fc.assert(
    fc.property(some, fc.nat(20), fc.integer({ min: 1, max: 3 }), (values, half, channels) => {
      const whole = values.flatMap((value) => Array.from({ length: channels }, (_, channel) => value * (channel + 1)));
      const means = movingMean(tileOf(whole, channels), 2 * half + 1);
      values.forEach((_, sample) => {
        const window = values.slice(Math.max(0, sample - half), sample + half + 1);
        const mean = window.reduce((sum, value) => sum + Math.fround(value), 0) / window.length;
        for (let channel = 0; channel < channels; channel++) {
          assert.ok(Math.abs(means[sample * channels + channel] - mean * (channel + 1)) < 1e-2);
        }
      });
    }),
  );
});

test("a window of one sample changes nothing, and a constant stays what it is", () => {
  const map = tileOf([1, -2, 3]);
  assert.equal(shownValues(map, "signed", 1), map.values);
  assert.deepEqual([...movingMean(tileOf([4, 4, 4, 4, 4]), 3)], [4, 4, 4, 4, 4]);
});

test("a window that is far wider than the series is the mean of all, at once", () => {
  for (const width of [7, 2 ** 31 - 1, Number.MAX_SAFE_INTEGER]) {
    assert.deepEqual([...movingMean(tileOf([1, 2, 6]), width)], [3, 3, 3]);
  }
});

test("each sign colors its own values, after smoothing", () => {
  const shown = (sign, width) => [...shownValues(tileOf([3, -3, 0, 1]), sign, width)];
  assert.deepEqual(shown("positive", 1), [3, 0, 0, 1]);
  assert.deepEqual(shown("negative", 1), [0, -3, 0, 0]);
  assert.deepEqual(shown("absolute", 1), [3, 3, 0, 1]);
  assert.deepEqual(shown("absolute", 3), [0, 0, 2 / 3, 0.5].map(Math.fround));
});

test("no more than the clipped percent of the values lie beyond the limit, and it is one of them", () => {
  fc.assert(
    fc.property(some, fc.integer({ min: 0, max: 50 }), (values, clip) => {
      const magnitudes = values.map((value) => Math.abs(Math.fround(value))).filter((value) => value > 0);
      const limit = magnitudeLimit(Float32Array.from(values), clip);
      assert.ok(magnitudes.length === 0 ? limit === 0 : magnitudes.includes(limit));
      assert.ok(magnitudes.filter((value) => value > limit).length <= (clip / 100) * magnitudes.length + 1e-9);
      assert.ok(clip > 0 || magnitudes.every((value) => value <= limit));
    }),
  );
});

test("a map that is zero nearly everywhere keeps its colors when it is clipped", () => {
  const values = new Float32Array(1000);
  values[7] = 5;
  assert.equal(magnitudeLimit(values, 5), 5);
});
