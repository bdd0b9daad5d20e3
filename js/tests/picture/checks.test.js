import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bandPath,
  checksOf,
  curvePath,
  curvesText,
  hasCurves,
  levelStyle,
  plotOf,
} from "../../lib/core/picture/checks.js";

const array = (...values) => ({ values: Float32Array.from(values), shape: [values.length] });
const result = {
  content: {
    fills: [
      { fill: "zero", verdict: "Fine.", level: "sound", findings: [{ name: "Sum", passed: null, text: "none" }] },
      { fill: "noise", verdict: "Not so fine.", level: "doubtful", findings: [] },
    ],
    measure: "probability",
  },
  arrays: {
    fractions: array(0, 0.5, 1),
    curves: { values: Float32Array.of(1, 0.25, 0, 1, 0.5, 0.25), shape: [2, 3] },
    random: { values: Float32Array.of(1, 0.5, 0, 1, 0.75, 0.25), shape: [2, 3] },
    band: { values: Float32Array.of(1, 0.375, 0, 1, 0.75, 0, 1, 0.5, 0.25, 1, 0.875, 0.25), shape: [2, 2, 3] },
  },
};
const ROOM = { left: 10, top: 5, width: 100, height: 40 };

test("what Python found is taken apart", () => {
  const { verdict, level, findings, deletion } = checksOf(result, "zero");
  assert.deepEqual([verdict, level, findings[0].passed], ["Fine.", "sound", null]);
  assert.deepEqual(
    [deletion.low, deletion.high],
    [
      [1, 0.375, 0],
      [1, 0.75, 0],
    ],
  );
});

test("a level of two words is one CSS class, and not that of a sound map", () => {
  assert.deepEqual(["sound", "unknown quality"].map(levelStyle), ["cam1d-sound", "cam1d-unknown-quality"]);
});

test("curves that are no numbers are not drawn", () => {
  const { deletion } = checksOf(result, "zero");
  assert.deepEqual([deletion, { ...deletion, curve: [NaN, NaN, NaN] }].map(hasCurves), [true, false]);
});

test("each fill has a verdict and curves of its own; one that was not tried, the first", () => {
  const { verdict, level, deletion } = checksOf(result, "noise");
  assert.deepEqual([verdict, level], ["Not so fine.", "doubtful"]);
  assert.deepEqual(
    [deletion.curve, deletion.random],
    [
      [1, 0.5, 0.25],
      [1, 0.75, 0.25],
    ],
  );
  assert.deepEqual(
    [deletion.low, deletion.high],
    [
      [1, 0.5, 0.25],
      [1, 0.875, 0.25],
    ],
  );
  assert.equal(checksOf(result, "tea").verdict, "Fine.");
});

test("probabilities stand between 0 and 1, scores between their own limits", () => {
  const { deletion } = checksOf(result, "zero");
  const plot = plotOf(deletion, ROOM);
  assert.deepEqual([plot.limits, plot.x(1), plot.y(1), plot.y(0)], [[0, 1], 110, 5, 45]);
  assert.equal(curvePath(plot, deletion.fractions, deletion.curve), "M10 5L60 35L110 45");
  assert.equal(bandPath(plot, deletion), "M10 5L60 15L110 45L110 45L60 30L10 5Z");
  const scores = { ...deletion, measure: "score", curve: [4, 1, -2], low: [4, 2, -2], high: [4, 3, -2] };
  assert.deepEqual(plotOf(scores, ROOM).limits, [-2, 4]);
  const flat = { ...scores, curve: [1, 1, 1], low: [1, 1, 1], high: [1, 1, 1] };
  assert.equal(plotOf(flat, ROOM).y(1), 45);
});

test("the plot in a sentence", () => {
  assert.equal(
    curvesText(checksOf(result, "zero").deletion),
    "probability of the class while the series is removed: 100 % with the whole series; with half removed, 25 % in the order of the map and 50 % in random orders, on average",
  );
});
