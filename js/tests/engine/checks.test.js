import assert from "node:assert/strict";
import { test } from "node:test";
import { meanOf, quantileOf, rankCorrelation } from "../../lib/core/samples/ranks.js";
import { checksOfMap } from "../../lib/engine/checks.js";

// 60 samples of one channel: scores are a weighted sum and its opposite, so that each map is known.
const weights = Array.from({ length: 60 }, (_, place) => Math.floor(place / 2));
const series = new Float32Array(60).fill(1);
const sums = (values) => values.reduce((sum, value, place) => sum + weights[place] * value, 0);
const scoresOf = (values) => [sums(values), -sums(values)];
const modelOf = (map, probabilities = () => null) => ({
  baseline: [0],
  networkFinding: { name: "Network", passed: true, text: "It is right.", fault: "" },
  scores: (values) => ({ scores: scoresOf(values), probabilities: probabilities(scoresOf(values)) }),
  probabilities,
  scoresOfMany: (all, count) =>
    Array.from({ length: count }, (_, one) => scoresOf(all.subarray(one * 60, (one + 1) * 60))),
  *maps(_, __, target) {
    yield 0.5;
    return new Map([[target, { shape: [60, 1], data: map(target), gap: null }]]);
  },
});
const facts = {
  method: { label: "Gradient × Input", exactness: "approximate", adds_up: "" },
  tolerance: 0.01,
  fill: "zero",
  filledBy: "zero",
};

function checked(model, target = 0) {
  const steps = checksOfMap(model, series, target, facts);
  let step = steps.next();
  const shares = [];
  while (!step.done) {
    shares.push(step.value);
    step = steps.next();
  }
  return { shares, ...step.value };
}

const signed = (target) => Float32Array.from(weights, (weight) => (target === 0 ? weight : -weight));

test("the curve is that of the segments in the order of the map", () => {
  const { content, arrays } = checked(modelOf(signed));
  assert.equal(content.measure, "score");
  // 30 windows of two samples, of weights 29 to 0: after the first n, the others are left.
  const counts = arrays.fractions.values.map(
    (_, step) => [0, 2, 3, 4, 6, 8, 9, 10, 12, 14, 15, 16, 18, 20, 21, 22, 24, 26, 27, 28, 30][step],
  );
  const expected = Array.from(counts, (count) => {
    const left = 30 - count;
    return Math.max(0, left * (left - 1));
  });
  assert.deepEqual(Array.from(arrays.curves.values), expected);
  assert.deepEqual(arrays.band.shape, [1, 2, 21]);
  assert.ok(arrays.random.values[10] > arrays.curves.values[10]);
});

test("a map that orders well and changes with the class is sound, and a constant one is not", () => {
  const { content, shares } = checked(modelOf(signed));
  const [{ fill, level, verdict, findings }] = content.fills;
  assert.deepEqual([fill, level, verdict], ["zero", "sound", "This map passes all 2 checks."]);
  assert.deepEqual(
    findings.map(({ name, passed }) => [name, passed]),
    [
      ["Sum", null],
      ["Deletion", true],
      ["Randomization", null],
      ["Agreement", null],
      ["Class", true],
      ["Network", true],
    ],
  );
  assert.ok(shares.every((share, place) => place === 0 || share >= 0));
  const [constant] = checked(modelOf(() => new Float32Array(60).fill(2))).content.fills;
  assert.equal(constant.level, "doubtful");
  assert.match(constant.verdict, /fails the one check that could be run; it is the same everywhere/);
});

test("a map in the opposite order, or of every class, fails", () => {
  const [{ verdict, level }] = checked(modelOf(() => signed(1))).content.fills;
  assert.equal(level, "doubtful");
  assert.match(verdict, /finds what the score needs no better than chance; it is not specific to the class/);
});

test("a probability that never changes is replaced by the score", () => {
  assert.equal(checked(modelOf(signed, () => [0.9, 0.1])).content.measure, "score");
  const logistic = ([one]) => [1 / (1 + Math.exp(-one / 200)), 1 / (1 + Math.exp(one / 200))];
  assert.equal(checked(modelOf(signed, logistic)).content.measure, "probability");
  assert.equal(checked(modelOf(signed, logistic), 1).content.measure, "score", "not the predicted class");
});

test("ranks of equal values are shared", () => {
  assert.ok(Math.abs(rankCorrelation([1, 2, 3], [10, 20, 40]) - 1) < 1e-12);
  assert.ok(Math.abs(rankCorrelation([1, 2, 2, 3], [1, 3, 2, 4]) - 0.9486832980505138) < 1e-12);
  assert.deepEqual([rankCorrelation([1, 1], [1, 2]), rankCorrelation([1, 1], [2, 2])], [0, 1]);
  assert.equal(meanOf([1, 2, 6]), 3);
  assert.deepEqual(
    [0, 0.05, 0.5, 1].map((share) => quantileOf([3, 1, 2], share)),
    [1, 1.1, 2, 3],
  );
});
