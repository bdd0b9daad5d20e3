import assert from "node:assert/strict";
import { test } from "node:test";
import { formatNumber, formatPercent, formatSigned, formatTime } from "../lib/core/numbers.js";
import { makePicture } from "../lib/core/picture.js";
import { describePicture, exactnessText, gapText, readout, verdict } from "../lib/core/text.js";

const facts = {
  channel_names: ["ax", "ay"],
  channel_units: ["g", ""],
  class_names: ["rest", "walk"],
  sampling_rate: 10,
  samples: 4,
  instances: [0, 7],
  targets: [0, 1],
  methods: [
    { label: "Grad-CAM", exactness: "approximate", adds_up: "", signed: true, placed: true, description: "" },
    { label: "Saliency", exactness: "approximate", adds_up: "", signed: false, placed: false, description: "" },
  ],
  unseen: [[3, 4]],
  centers: [0.5, 2.5],
  absence: "",
};
const table = (values, columns) => ({ values: Float32Array.from(values), columns });
const outputs = { scores: table([2, 1, 0, 3], 2), probabilities: table([0.75, 0.25, 0.05, 0.95], 2), truth: table([0, 0], 1) };
const choice = { instance: 1, target: 0, method: 0 };
const tile = (values, channels) => ({ key: "", values: Float32Array.from(values), samples: 4, channels, gap: 0.1 });
const picture = makePicture(choice, tile([1, 2, 3, 4, 5, 6, 7, 8], 2), tile([0.5, -2, 1, 0], 1), facts);

test("numbers are short and true", () => {
  assert.deepEqual([0, 1.23456, -12345, 0.00012, 123456].map((n) => formatNumber(n)), ["0", "1.23", "−12345", "1.20e−4", "1.23e5"]);
  assert.equal(formatSigned(0.5), "+0.500");
  assert.deepEqual([0, 0.5, 0.9999, 1, 0.0001].map(formatPercent), ["0.0 %", "50.0 %", "> 99.9 %", "100.0 %", "< 0.1 %"]);
  assert.deepEqual([formatTime(92, 50), formatTime(92, null)], ["1.84 s", "sample 92"]);
});

test("the verdict names truth, prediction and explained class", () => {
  assert.deepEqual(verdict(choice, facts, outputs), {
    instance: "Instance 7 (2 of 2 on this page)",
    truth: "rest",
    predicted: "walk (95.0 %)",
    explained: "rest (5.0 %)",
    right: false,
  });
});

test("without truth nothing is right or wrong, and without probabilities scores are told", () => {
  const told = verdict({ ...choice, instance: 0 }, facts, { ...outputs, truth: null, probabilities: null });
  assert.deepEqual([told.right, told.truth, told.predicted], [null, null, "rest (score 2.00)"]);
});

test("the readout tells time, value and attribution", () => {
  assert.deepEqual(readout(picture, facts, 1, 0), ["0.10 s (sample 1)", "ax = 3.00 g", "Grad-CAM = −2.00"]);
  assert.deepEqual(readout(picture, facts, 0, "strip"), ["0.00 s (sample 0)", "Grad-CAM = +0.500"]);
  assert.deepEqual(readout(picture, facts, 3, 1), ["0.30 s (sample 3)", "ay = 8.00", "not seen by the explained layer"]);
});

test("a map that is not placed has a value where the explained layer sees nothing", () => {
  const unplaced = { ...picture, choice: { ...choice, method: 1 }, signed: false };
  assert.deepEqual(readout(unplaced, facts, 3, 1), ["0.30 s (sample 3)", "ay = 8.00", "Saliency = 0"]);
});

test("the picture in one sentence", () => {
  assert.equal(
    describePicture(picture, facts, outputs),
    "Grad-CAM for class rest (5.0 %). Instance 7 (2 of 2 on this page), true class rest, predicted walk (95.0 %). " +
      "Largest value −2.00 at 0.10 s, all channels.",
  );
});

test("no gap is told where no sum is promised", () => {
  assert.equal(gapText(null), "");
  assert.equal(gapText(-0.037), " · gap: 3.7 % of it");
  assert.equal(gapText(0.0004), " · gap: < 0.1 % of it");
});

test("how far a map can be trusted says what adds up, and to what", () => {
  const told = (exactness, placed, adds_up) => exactnessText({ ...facts.methods[0], exactness, placed, adds_up });
  const mean = "average to the score minus its bias";
  assert.equal(told("exact", true, mean), `exact: each step’s value is its own contribution, and they ${mean}`);
  assert.match(told("exact", false, ""), /^exact: each value is its position’s own contribution, and they add up to the/);
  assert.equal(told("complete", true, mean), `complete: the steps’ values ${mean}`);
  assert.equal(told("complete", false, "add up to the score"), "complete: the values add up to the score");
  assert.equal(told("approximate", true, ""), "approximate: the values need not add up to the score");
});
