import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { magnitudeLimit, movingMean, shownValues } from "../../lib/core/picture/normalization.js";
import { DEFAULTS } from "../../lib/core/picture/options.js";
import { Limits } from "../../lib/core/picture/color_limits.js";
import { byShare, channelShares } from "../../lib/core/picture/shares.js";

const finite = fc.float({ noNaN: true, noDefaultInfinity: true, min: -1000, max: 1000 });
const some = fc.array(finite, { minLength: 1, maxLength: 200 });
const tile = (values, channels = 1, key = "attribution/0/0/0") => {
  const numbers = Float32Array.from(values);
  return { key, values: numbers, samples: numbers.length / channels, channels, gap: null, error: null, spread: null, mean: null };
};

test("a moving mean is the mean of the samples that there are within half a window", () => {
  fc.assert(
    fc.property(some, fc.nat(20), fc.integer({ min: 1, max: 3 }), (values, half, channels) => {
      const whole = values.flatMap((value) => Array.from({ length: channels }, (_, channel) => value * (channel + 1)));
      const means = movingMean(tile(whole, channels), 2 * half + 1);
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
  const map = tile([1, -2, 3]);
  assert.equal(shownValues(map, "signed", 1), map.values);
  assert.deepEqual([...movingMean(tile([4, 4, 4, 4, 4]), 3)], [4, 4, 4, 4, 4]);
});

test("each sign colors its own values, after smoothing", () => {
  const shown = (sign, width) => [...shownValues(tile([3, -3, 0, 1]), sign, width)];
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

const maps = Object.fromEntries(
  [["0/0/0", [1, -2]], ["0/0/1", [3, 0]], ["0/1/0", [-8, 1]], ["1/0/0", [100, 0]]].map(([place, values]) => {
    const key = `attribution/${place}`;
    return [key, tile(values, 1, key)];
  }),
);
const hand = { keys: () => Object.keys(maps), get: (key) => maps[key] };
const choice = { instance: 0, target: 0, method: 0, against: null };
const ends = (limits, options) => limits.ends(choice, maps["attribution/0/0/0"], { ...DEFAULTS, ...options }, hand);

test("the ends are taken over the map, the instance, or all instances, and never over another method", () => {
  const limits = new Limits();
  assert.deepEqual(ends(limits, { scope: "map" }), { limit: 2, maps: 1 });
  assert.deepEqual(ends(limits, { scope: "instance" }), { limit: 3, maps: 2 });
  assert.deepEqual(ends(limits, { scope: "method" }), { limit: 8, maps: 3 });
  assert.deepEqual(ends(limits, { scope: "fixed", limit: 7 }), { limit: 7, maps: 0 });
});

test("the ends are those of the values that are colored", () => {
  const limits = new Limits();
  assert.equal(ends(limits, { scope: "method", sign: "positive" }).limit, 3);
  assert.equal(ends(limits, { scope: "map", smoothing: 3 }).limit, 0.5);
});

test("a map that has left still counts", () => {
  const limits = new Limits();
  ends(limits, { scope: "method" });
  const gone = { keys: () => [], get: () => undefined };
  const options = { ...DEFAULTS, scope: "method" };
  assert.deepEqual(limits.ends(choice, maps["attribution/0/0/0"], options, gone), { limit: 8, maps: 3 });
});

test("shares add up to one, and order the channels", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(finite, finite, finite), { minLength: 1 }), (rows) => {
      const shares = channelShares(Float32Array.from(rows.flat()), 3);
      const total = shares.reduce((sum, share) => sum + share, 0);
      assert.ok(Math.abs(total - 1) < 1e-9 || total === 0);
      const order = byShare([0, 1, 2], shares);
      assert.ok(shares[order[0]] >= shares[order[1]] && shares[order[1]] >= shares[order[2]]);
    }),
  );
  assert.deepEqual(channelShares(Float32Array.of(1, -3, 0, 0), 2), [0.25, 0.75]);
  assert.equal(channelShares(Float32Array.of(1, 2), 1), null);
});
