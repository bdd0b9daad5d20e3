import assert from "node:assert/strict";
import { test } from "node:test";
import { contrast } from "../../lib/core/picture/contrast.js";
import { isSigned } from "../../lib/core/picture/picture.js";
import { exactnessText, mapName } from "../../lib/core/text/describe.js";

const tile = (values, error = null) => ({
  key: "a",
  values: Float32Array.from(values),
  samples: values.length,
  channels: 1,
  gap: 0.1,
  error,
});

test("a contrast is the difference of two maps", () => {
  const difference = contrast(tile([1, 2, 3]), tile([3, 2, 0.5]));
  assert.deepEqual([...difference.values], [-2, 0, 2.5]);
  assert.equal(difference.error, null);
});

test("a contrast is as far off as the worse of its maps", () => {
  const gapOf = (...gaps) => contrast(...gaps.map((gap) => ({ ...tile([1]), gap }))).gap;
  assert.deepEqual([gapOf(0.2, 0.01), gapOf(null, 0.3), gapOf(null, null)], [0.2, 0.3, null]);
});

test("standard errors add up in squares", () => {
  assert.equal(contrast(tile([1], 3), tile([1], 4)).error, 5);
});

test("the same two maps have one difference", () => {
  const [one, other] = [tile([1]), tile([2])];
  assert.equal(contrast(one, other), contrast(one, other));
  assert.notEqual(contrast(one, other), contrast(one, tile([2])));
});

test("a contrast is named by both classes, and is signed though its maps are not", () => {
  const method = { label: "Saliency", signed: false, exactness: "approximate", adds_up: "", placed: false };
  const facts = { class_names: ["a", "b", "c"], targets: [2, 0], methods: [method] };
  const choice = { instance: 0, target: 0, method: 0, against: 1 };
  assert.equal(mapName(choice, facts), "Saliency: c − a");
  assert.ok(isSigned(choice, facts));
  assert.ok(!isSigned({ ...choice, against: null }, facts));
  assert.equal(exactnessText(choice, facts, null), "difference of two maps, each approximate");
});
