import assert from "node:assert/strict";
import { test } from "node:test";
import { EVERYTHING, Predictions } from "../../lib/core/picture/finder.js";
import { followed } from "../../lib/core/picture/follow.js";
import { hasTrueClasses, isTrue, trueClasses, trueValue } from "../../lib/core/picture/truth.js";
import { summaryOf } from "../../lib/core/text/describe.js";

const facts = { class_names: ["rest", "walk", "run"], instances: [0, 1, 2], targets: [0, 1, 2], methods: [] };
const scores = { values: new Float32Array([1, 3, 2, 5, 0, 1, 0, 0, 4]), columns: 3 };
const labelled = (values, columns) => ({ scores, probabilities: null, truth: { values, columns } });
const several = labelled(new Uint8Array([1, 0, 1, 1, 0, 0, 0, 0, 0]), 3);
const values = labelled(new Float32Array([1.5, 2, 0, 5, 0, 1, 0, 0, 4]), 3);
const choice = (instance, target = 0) => ({ instance, target, method: 0, against: null, mean: null });

test("true classes come in the order of their scores", () => {
  assert.deepEqual(trueClasses(0, several), [2, 0]);
  assert.deepEqual(trueClasses(2, several), []);
  assert.deepEqual(trueClasses(1, labelled(new Int32Array([0, 2, 1]), 1)), [2]);
  assert.deepEqual(trueClasses(0, values), []);
  assert.ok(isTrue(0, 2, several) && !isTrue(0, 1, several) && !isTrue(0, 0, values));
  assert.ok(hasTrueClasses(several) && !hasTrueClasses(values));
  assert.ok(!hasTrueClasses({ truth: null }));
});

test("all true classes of an instance are named, and the likeliest is the one that was missed", () => {
  const [wrong, right, none] = [0, 1, 2].map((instance) => summaryOf(choice(instance), facts, several));
  assert.equal(wrong.truth, "run, rest");
  assert.deepEqual([wrong.right, wrong.missed], [false, "run"]);
  assert.deepEqual([right.truth, right.right, right.missed], ["rest", true, null]);
  assert.deepEqual([none.truth, none.right, none.missed], ["none", null, null]);
});

test("true and predicted values are those of the explained output", () => {
  const { truth, predicted, right, missed } = summaryOf(choice(0, 0), facts, values);
  assert.deepEqual([truth, predicted, right, missed], ["rest 1.50", "rest 1.00", null, null]);
  assert.equal(trueValue(0, 1, values), 2);
  assert.equal(trueValue(0, 1, several), null);
  const single = { ...facts, class_names: ["prediction"], targets: [0] };
  const one = { scores: { values: new Float32Array([3]), columns: 1 }, probabilities: null };
  const shown = summaryOf(choice(0), single, { ...one, truth: { values: new Float32Array([3.25]), columns: 1 } });
  assert.deepEqual([shown.truth, shown.predicted], ["3.25", "3.00"]);
});

test("the finder takes a prediction as right if it is one of the true classes", () => {
  const predictions = new Predictions(facts, several);
  const found = (query) => predictions.found({ ...EVERYTHING, ...query });
  assert.deepEqual(found({ verdict: "right" }), [1]);
  assert.deepEqual(found({ verdict: "wrong" }), [0]);
  assert.deepEqual(found({ true_class: 0 }), [0, 1]);
  assert.deepEqual(new Predictions(facts, values).found({ ...EVERYTHING, verdict: "wrong" }), []);
});

test("the likeliest true class is followed", () => {
  assert.deepEqual(followed("true", 0, facts.targets, several), { target: 2, against: null });
  assert.deepEqual(followed("contrast", 0, facts.targets, several), { target: 1, against: 2 });
  assert.deepEqual(followed("contrast", 1, facts.targets, several), { target: 0, against: null });
  assert.equal(followed("true", 2, facts.targets, several), null);
});
