import assert from "node:assert/strict";
import { test } from "node:test";
import { nearestStep } from "../../lib/core/picture/receptive_field.js";

const steps = { values: Float32Array.of(0, 9, 4, 5, 14, 9, 10, 19, 14), columns: 3 };

test("the step that is drawn at a sample is the one of the nearest center", () => {
  assert.deepEqual(
    [0, 6, 7, 11, 40].map((sample) => nearestStep(steps, sample).center),
    [4, 4, 9, 9, 14],
  );
  assert.deepEqual(nearestStep(steps, 9), { start: 5, stop: 14, center: 9 });
});

test("without steps there is nothing to see by", () => {
  assert.equal(nearestStep(null, 3), null);
});
