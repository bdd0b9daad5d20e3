import assert from "node:assert/strict";
import { test } from "node:test";
import { nearestStep, outerCenters, unseenSamples } from "../../lib/core/picture/receptive_field.js";

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

test("samples that no step sees are unseen, also at both ends", () => {
  const apart = { values: Float32Array.of(2, 5, 3, 7, 9, 7.5), columns: 3 };
  assert.deepEqual(unseenSamples(apart, 12), [
    [0, 2],
    [5, 7],
    [9, 12],
  ]);
  assert.deepEqual(unseenSamples(apart, 8), [
    [0, 2],
    [5, 7],
  ]);
  assert.deepEqual(unseenSamples(steps, 19), []);
});

test("outer centers are the least and the largest", () => {
  assert.deepEqual(outerCenters(steps), [4, 14]);
  assert.equal(outerCenters({ values: new Float32Array(), columns: 3 }), null);
});
