import assert from "node:assert/strict";
import { test } from "node:test";
import { picturesOf, rankingOf } from "../../lib/core/picture/compose.js";
import { DEFAULTS } from "../../lib/core/picture/options.js";
import { tileOf } from "../support/tile.js";

const method = (label) => ({ label, signed: true, exactness: "approximate", adds_up: "", placed: false, family: "" });
const facts = { channel_units: ["g", "g", "g"], methods: [method("HiResCAM"), method("Occlusion")] };
const series = tileOf([1, 2, 3, 4, 5, 6], 3);
const one = {
  choice: { instance: 0, target: 0, method: 0, against: null, mean: null },
  tiles: [series, tileOf([1, 2])],
};
const each = {
  choice: { ...one.choice, method: 1 },
  tiles: [series, tileOf([1, 3, 2, 0, 0, 0], 3, "attribution/1/0/0")],
};
const limits = (_, map) => ({ limit: Math.max(...map.values), maps: 1 });
const made = (wanted, options = {}, before = null) =>
  picturesOf(wanted, facts, { ...DEFAULTS, ...options }, limits, before);

test("color limits are shared by maps of one method, which have one unit, and by no others", () => {
  const other = { choice: each.choice, tiles: [series, tileOf([9, 0, 0, 0, 0, 0], 3, "attribution/1/1/0")] };
  assert.deepEqual(
    made([each, other]).map(({ colorLimit }) => [colorLimit.limit, colorLimit.shared]),
    [
      [9, true],
      [9, true],
    ],
  );
  assert.deepEqual(
    made([one, each]).map(({ colorLimit }) => [colorLimit.limit, colorLimit.shared]),
    [
      [2, undefined],
      [3, undefined],
    ],
  );
});

test("the same channel has the same row in both, below the room for a strip", () => {
  const pictures = made([each, one], { order: "share" });
  assert.deepEqual(
    pictures.map(({ channels, stripRoom }) => [channels, stripRoom]),
    Array(2).fill([[1, 2, 0], true]),
  );
  assert.equal(made([each])[0].stripRoom, false);
});

test("a map without channels keeps the order by share of the other picture, or of the last map that has channels", () => {
  const [picture] = made([one, each], { order: "share" });
  assert.deepEqual([picture.channels, picture.orderedBy], [[1, 2, 0], "Occlusion"]);
  const before = rankingOf(made([each]), facts);
  const [later] = made([one], { order: "share" }, before);
  assert.deepEqual([later.channels, later.orderedBy], [[1, 2, 0], "Occlusion"]);
  assert.deepEqual(made([one], { order: "share" })[0].channels, [0, 1, 2]);
  assert.deepEqual(made([one], {}, before)[0].channels, [0, 1, 2]);
});

test("all channels may be hidden", () => {
  assert.deepEqual(made([each], { hidden: [0, 1, 2] })[0].channels, []);
  assert.deepEqual(picturesOf([], facts, DEFAULTS, limits), []);
});

test("a series without its map has no shares and no limit to share, and keeps the order of an earlier map", () => {
  const alone = { ...each, tiles: [series] };
  const [picture, other] = made([alone, each], { order: "share" });
  assert.deepEqual([picture.mapless, picture.shares, picture.colorLimit.shared], [true, null, undefined]);
  assert.deepEqual([other.mapless, other.colorLimit.limit], [false, 3]);
  assert.deepEqual(picture.channels, [1, 2, 0]);
  assert.ok(picture.attribution.values.every((value) => value === 0));
});

test("the original of an edited series has its channels, and is within the ranges of the rows", () => {
  const original = tileOf([1, 2, 3, 4, 5, 60], 3, "series/0");
  const [edited] = made([{ ...one, original }]);
  assert.deepEqual([edited.originals[2].at(1), edited.signals[2].at(1)], [60, 6]);
  assert.deepEqual([edited.ranges[2].low, edited.ranges[2].high], [3, 60]);
  assert.equal(made([one])[0].originals, null);
});
