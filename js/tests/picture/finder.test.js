import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  classesByScore,
  classScores,
  EVERYTHING,
  nearestMatch,
  nextMatch,
  Predictions,
} from "../../lib/core/picture/finder.js";

const table = (rows) => ({ values: Float32Array.from(rows.flat()), columns: rows[0].length });
const facts = { instances: [0, 1, 2, 3], class_names: ["a", "b", "c"] };
const probabilities = table([
  [0.7, 0.2, 0.1],
  [0.1, 0.8, 0.1],
  [0.3, 0.3, 0.4],
  [0.9, 0.05, 0.05],
]);
const outputs = { scores: probabilities, probabilities, truth: { values: Int32Array.of(0, 0, 2, 1), columns: 1 } };
const found = (query, said = outputs) => new Predictions(facts, said).found({ ...EVERYTHING, ...query });

test("instances are found by verdict, classes and confidence", () => {
  assert.deepEqual(found({}), [0, 1, 2, 3]);
  assert.deepEqual(found({ verdict: "right" }), [0, 2]);
  assert.deepEqual(found({ verdict: "wrong" }), [1, 3]);
  assert.deepEqual(found({ true_class: 0 }), [0, 1]);
  assert.deepEqual(found({ predicted_class: 0 }), [0, 3]);
  assert.deepEqual(found({ confidence: [65, 85] }), [0, 1]);
  assert.deepEqual(found({ verdict: "wrong", confidence: [85, 100] }), [3]);
  assert.deepEqual(found({ instances: [3, 0], verdict: "right" }), [0]);
  assert.deepEqual(found({ instances: [] }), []);
});

test("without truth nothing is right or wrong, and without probabilities confidence keeps nothing out", () => {
  const said = { scores: probabilities, probabilities: null, truth: null };
  assert.deepEqual(found({ verdict: "right" }, said), []);
  assert.deepEqual(found({ true_class: 0 }, said), []);
  assert.deepEqual(found({ predicted_class: 2, confidence: [90, 100] }, said), [2]);
});

test("a key reaches the next match in its direction, a drag or a number the nearest one", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.nat(50)),
      fc.nat(50),
      fc.nat(50),
      fc.boolean(),
      (places, wanted, before, isDragged) => {
        const sorted = [...places].sort((a, b) => a - b);
        const nearest = nearestMatch(sorted, wanted, before, isDragged);
        if (sorted.length === 0) {
          assert.equal(nearest, null);
          return;
        }
        assert.ok(sorted.includes(nearest));
        const isKey = !isDragged && [1, 5].includes(Math.abs(wanted - before));
        const ahead = sorted.filter((one) => !isKey || (wanted > before ? one >= wanted : one <= wanted));
        const distance = (one) => Math.abs(one - wanted);
        assert.equal(distance(nearest), Math.min(...(ahead.length > 0 ? ahead : sorted).map(distance)));
      },
    ),
  );
});

test("the class menu begins with the likeliest class, and knows the place of each", () => {
  const order = classesByScore(2, [0, 2], outputs).map(({ place, target }) => [place, target]);
  assert.deepEqual(order, [
    [1, 2],
    [0, 0],
  ]);
});

test("the menu's order of the classes is that of the slider", () => {
  assert.deepEqual(
    classScores(2, [2, 0], outputs).map(({ place, target }) => [place, target]),
    [
      [0, 2],
      [1, 0],
    ],
  );
});

test("one steps through what is found, and round at its ends", () => {
  assert.deepEqual(
    [0, 2, 3, 7].map((from) => nextMatch([2, 5, 7], 9, from, 1)),
    [2, 5, 5, 2],
  );
  assert.deepEqual(
    [0, 2, 3, 7].map((from) => nextMatch([2, 5, 7], 9, from, -1)),
    [7, 7, 2, 5],
  );
  assert.deepEqual([nextMatch([], 3, 2, 1), nextMatch([], 3, 0, -1)], [0, 2]);
});
