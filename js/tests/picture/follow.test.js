import assert from "node:assert/strict";
import { test } from "node:test";
import { EVERYTHING } from "../../lib/core/picture/finder.js";
import { followed } from "../../lib/core/picture/follow.js";
import { queryName } from "../../lib/core/text/query_name.js";

const table = (values, columns) => ({ values: Float32Array.from(values), columns });
const outputs = { scores: table([1, 3, 2, 5, 0, 4], 3), probabilities: null, truth: { values: [0, 0], columns: 1 } };
const targets = [0, 1, 2];

test("a class is followed from instance to instance", () => {
  assert.deepEqual(followed("predicted", 0, targets, outputs), { target: 1, against: null });
  assert.deepEqual(followed("runner-up", 0, targets, outputs), { target: 2, against: null });
  assert.deepEqual(followed("true", 0, targets, outputs), { target: 0, against: null });
  assert.deepEqual(followed("contrast", 0, targets, outputs), { target: 1, against: 0 });
  assert.deepEqual(followed("contrast", 1, targets, outputs), { target: 0, against: null }, "it is right");
  assert.equal(followed("fixed", 0, targets, outputs), null);
});

test("places are those of the menu, and a class that it has not is not followed", () => {
  assert.deepEqual(followed("predicted", 0, [2, 1], outputs), { target: 1, against: null });
  assert.equal(followed("true", 0, [2, 1], outputs), null);
  assert.equal(followed("true", 0, targets, { ...outputs, truth: null }), null);
  assert.equal(followed("runner-up", 0, [1], outputs), null);
});

test("a filter is named by what it selects", () => {
  const all = EVERYTHING;
  assert.equal(queryName(all, []), "");
  assert.equal(queryName({ ...all, verdict: "wrong", true_class: 1 }, ["rest", "walk"]), "wrong, true walk");
  assert.equal(queryName({ ...all, instances: [3] }, []), "selected in Python");
  assert.equal(
    queryName({ ...all, predicted_class: 0, confidence: [50, 100] }, ["rest"]),
    "predicted rest, confidence 50–100 %",
  );
});
