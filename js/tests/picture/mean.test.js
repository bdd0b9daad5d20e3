import assert from "node:assert/strict";
import { test } from "node:test";
import { meanOf, meanText } from "../../lib/core/picture/mean.js";
import { neededTiles, tileOfInstance } from "../../lib/core/picture/needed_tiles.js";
import { DEFAULTS } from "../../lib/core/picture/options.js";
import { makePicture } from "../../lib/core/picture/picture.js";

const tile = (values, spread = null, mean = null) => ({
  key: "",
  values: Float32Array.from(values),
  samples: values.length,
  channels: 1,
  gap: null,
  error: null,
  spread: spread && Float32Array.from(spread),
  mean,
});
const facts = { class_names: ["rest", "walk"], channel_units: [""], instances: [4, 9], methods: [{ signed: true }] };
const over = { by: "true", of: 1 };
const choice = { instance: 0, target: 2, method: 3, against: null, mean: over };

test("a mean is that of the values that are there, with their standard deviation", () => {
  const mean = meanOf("m", [tile([1, NaN, NaN]), tile([3, 5, NaN])], 7);
  assert.deepEqual([...mean.values], [2, 5, NaN]);
  assert.deepEqual([...mean.spread], [1, 0, NaN]);
  assert.equal(
    meanText(over, mean, facts),
    "mean of 2 of the 7 instances of true class walk on this page; band: ± one standard deviation",
  );
});

test("a mean is as far off as the worst of its maps", () => {
  const gapOf = (...gaps) =>
    meanOf(
      "m",
      gaps.map((gap) => ({ ...tile([1]), gap })),
      7,
    ).gap;
  assert.deepEqual([gapOf(0.2, 0.01, null), gapOf(null)], [0.2, null]);
});

test("how many there are is told once where the mean is over all of them", () => {
  const told = (count, of, partial = false) =>
    meanText(over, tile([0], [0], { count, of, partial }), { ...facts, instances: [0, 1] });
  assert.equal(told(2, 2), "mean of the 2 instances of true class walk; band: ± one standard deviation");
  assert.equal(told(1, 1), "mean of the one instance of true class walk; band: ± one standard deviation");
  assert.equal(
    told(1, 2, true),
    "mean of 1 of the 2 instances of true class walk so far, computing …; band: ± one standard deviation",
  );
});

test("a mean is made of the tiles that its instances are drawn of", () => {
  const keys = neededTiles({ ...choice, against: 1 });
  assert.deepEqual(
    keys.map((key) => tileOfInstance(key, 5)),
    neededTiles({ ...choice, instance: 5, against: 1, mean: null }),
  );
});

test("what is above two standard errors is distinguished, of a mean from ten instances on", () => {
  const significant = (map) => {
    const picture = makePicture({ ...choice, method: 0 }, tile([0, 0, 0]), map, facts, DEFAULTS, { limit: 1, maps: 1 });
    return picture.significant && [0, 1, 2].map((sample) => picture.significant[0].at(sample));
  };
  assert.equal(significant(tile([1, -1, 1])), null);
  assert.deepEqual(significant(tile([1, -1, 1], [0.4, 0.4, 0.6])), [1, 1, 0]);
  assert.equal(significant(tile([1, -1, 1], [0.4, 0.4, 0.6], { count: 9, of: 9, partial: false })), null);
  assert.deepEqual(significant(tile([1, -1, 1], [1.4, 1.6, 1.4], { count: 10, of: 10, partial: false })), [1, 0, 1]);
});
