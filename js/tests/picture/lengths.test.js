import assert from "node:assert/strict";
import { test } from "node:test";
import { contrast } from "../../lib/core/picture/contrast.js";
import { instanceCounts, instancesAt, meanOf, meanText } from "../../lib/core/picture/mean.js";
import { DEFAULTS } from "../../lib/core/picture/options.js";
import { axisSamples, makePicture } from "../../lib/core/picture/picture.js";
import { windowShare, windowWithin } from "../../lib/core/picture/window.js";
import { csvOf } from "../../lib/core/text/csv.js";
import { readout, summaryOf } from "../../lib/core/text/describe.js";
import { tileOf } from "../support/tile.js";

const facts = {
  channel_names: ["ax", "ay"],
  channel_units: ["", ""],
  class_names: ["rest", "walk"],
  sampling_rate: null,
  start: null,
  samples: 6,
  lengths: [4, 2, 6],
  instances: [0, 1, 2],
  targets: [0, 1],
  methods: [{ label: "CAM", signed: true, placed: false }],
  unseen: [],
  centers: null,
  intervals: [],
};
const over = { by: "true", of: 1 };
const choice = { instance: 0, target: 0, method: 0, against: null, mean: null };
const pictureOf = (series, map, mean = null, options = {}) =>
  makePicture({ ...choice, mean }, series, map, facts, { ...DEFAULTS, ...options }, { limit: 1, maps: 1 });
const tiles = [tileOf([1, 1, 1, 1, 1, 1, 1, 1], 2), tileOf([3, 5, 3, 5], 2)];

test("each time step of a mean is over the series that have it", () => {
  const mean = meanOf("m", tiles, 2);
  assert.deepEqual([...mean.values], [2, 3, 2, 3, 1, 1, 1, 1]);
  assert.deepEqual([...mean.spread], [1, 2, 1, 2, 0, 0, 0, 0]);
  assert.deepEqual(
    [0, 1, 2, 3].map((sample) => instancesAt(mean.mean, sample)),
    [2, 2, 1, 1],
  );
  for (const of of [mean.mean, { count: 3, of: 3 }, { count: 4, of: 4, lengths: [3, 1, 4, 1] }]) {
    assert.deepEqual(
      [...instanceCounts(of, 4)],
      [0, 1, 2, 3].map((sample) => instancesAt(of, sample)),
    );
  }
  assert.match(meanText(over, mean, facts), /; at each time step, of those that have it: 2 to 1; band/);
  assert.equal(meanOf("m", [tiles[1], tiles[1]], 2).mean.lengths, undefined);
});

test("a read-out and the file of the numbers state how many series a time step averages", () => {
  const mean = meanOf("m", tiles, 2);
  const picture = pictureOf(mean, mean, over);
  assert.deepEqual(readout(picture, facts, 3).notes, [
    "±: standard deviation over the instances",
    "mean of 1 instance",
  ]);
  const [headings, ...lines] = csvOf(picture, facts).trim().split("\r\n");
  assert.equal(headings.split(",").at(-1), "instances");
  assert.deepEqual(
    lines.map((line) => line.split(",").at(-1)),
    ["2", "2", "1", "1"],
  );
  assert.ok(!csvOf(pictureOf(tiles[0], tiles[0]), facts).includes("instances"));
});

test("a time step of a mean is significant only if enough series have it", () => {
  const lengths = [...new Array(10).fill(2), 3];
  const map = { ...tileOf([1, 1, 1]), spread: Float32Array.of(1.4, 1.6, 0), mean: { count: 11, of: 11, lengths } };
  const { significant } = pictureOf(tileOf([0, 0, 0]), map, over);
  // 2 · 1.4 / √10 < 1 < 2 · 1.6 / √10, and of the third step there is one series.
  assert.deepEqual(
    [0, 1, 2].map((sample) => significant[0].at(sample)),
    [1, 0, 0],
  );
});

test("the time axis ends with the longest displayed series, or with the longest of all", () => {
  const [long, short] = tiles.map((one) => pictureOf(one, one));
  assert.equal(axisSamples([long, short], facts), 4);
  assert.equal(axisSamples([short], facts), 2);
  assert.equal(axisSamples([pictureOf(tiles[1], tiles[1], null, { same_axis: true })], facts), 6);
  assert.equal(axisSamples([], facts), 6);
});

test("a window that was selected in a longer series is cut, or not there", () => {
  assert.deepEqual(windowWithin([1, 4], 6), [1, 4]);
  assert.deepEqual(windowWithin([1, 4], 2), [1, 2]);
  assert.equal(windowWithin([2, 4], 2), null);
  assert.equal(windowShare(pictureOf(tiles[1], tiles[1]), [[0, 4]]).share, 1);
});

test("an instance is named with its length", () => {
  const outputs = { scores: { values: new Float32Array(6), columns: 2 }, probabilities: null, truth: null };
  assert.equal(summaryOf({ ...choice, instance: 1 }, facts, outputs).instance, "Instance 2 of 3 (index 1, 2 samples)");
  const equal = { ...facts, lengths: null };
  assert.equal(summaryOf({ ...choice, instance: 1 }, equal, outputs).instance, "Instance 2 of 3 (index 1)");
});

test("the difference of two means of different lengths has no value where one has none", () => {
  const { values } = contrast({ ...tiles[0] }, tiles[1]);
  assert.deepEqual([...values], [-2, -4, -2, -4, NaN, NaN, NaN, NaN]);
  assert.ok(pictureOf(tiles[0], contrast({ ...tiles[0] }, tiles[1])).shares.every(Number.isFinite));
});
