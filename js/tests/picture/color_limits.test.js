import assert from "node:assert/strict";
import { test } from "node:test";
import { ColorLimits } from "../../lib/core/picture/color_limits.js";
import { DEFAULTS } from "../../lib/core/picture/options.js";
import { tileOf } from "../support/tile.js";

const maps = Object.fromEntries(
  [
    ["0/0/0", [1, -2]],
    ["0/0/1", [3, 0]],
    ["0/1/0", [-8, 1]],
    ["1/0/0", [100, 0]],
  ].map(([place, values]) => {
    const key = `attribution/${place}`;
    return [key, tileOf(values, 1, key)];
  }),
);
const hand = { keys: () => Object.keys(maps), get: (key) => maps[key] };
const choice = { instance: 0, target: 0, method: 0, against: null };
const colorLimit = (limits, options) =>
  limits.colorLimit(choice, maps["attribution/0/0/0"], { ...DEFAULTS, ...options }, hand);

test("the color limit is computed from the map, the instance, or all instances, and never from another method", () => {
  const limits = new ColorLimits();
  assert.deepEqual(colorLimit(limits, { scope: "map" }), { limit: 2, maps: 1 });
  assert.deepEqual(colorLimit(limits, { scope: "instance" }), { limit: 3, maps: 2 });
  assert.deepEqual(colorLimit(limits, { scope: "method" }), { limit: 8, maps: 3 });
  assert.deepEqual(colorLimit(limits, { scope: "fixed", limit: 7 }), { limit: 7, maps: 0 });
});

test("the color limit is that of the displayed values", () => {
  const limits = new ColorLimits();
  assert.equal(colorLimit(limits, { scope: "method", sign: "positive" }).limit, 3);
  assert.equal(colorLimit(limits, { scope: "map", smoothing: 3 }).limit, 0.5);
});

test("a map that has left still counts", () => {
  const limits = new ColorLimits();
  colorLimit(limits, { scope: "method" });
  const gone = { keys: () => [], get: () => undefined };
  const options = { ...DEFAULTS, scope: "method" };
  assert.deepEqual(limits.colorLimit(choice, maps["attribution/0/0/0"], options, gone), { limit: 8, maps: 3 });
});
