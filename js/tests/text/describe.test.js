import assert from "node:assert/strict";
import { test } from "node:test";
import { classNamed } from "../../lib/core/picture/facts.js";
import { DEFAULTS } from "../../lib/core/picture/options.js";
import { makePicture } from "../../lib/core/picture/picture.js";
import {
  captionOf,
  captionsOfTwo,
  colorBarTexts,
  colorLimitText,
  describePicture,
  errorText,
  exactnessText,
  gapText,
  methodExactness,
  readout,
  summaryOf,
} from "../../lib/core/text/describe.js";
import { formatEnds, formatNumber, formatPercent, formatSigned, formatTime } from "../../lib/core/text/numbers.js";

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
  baseline: "",
  intervals: [],
  absence: "",
};
const table = (values, columns) => ({ values: Float32Array.from(values), columns });
const outputs = {
  scores: table([2, 1, 0, 3], 2),
  probabilities: table([0.75, 0.25, 0.05, 0.95], 2),
  truth: { values: Int32Array.of(0, 0), columns: 1 },
};
const choice = { instance: 1, target: 0, method: 0, against: null };
const tile = (values, channels) => ({
  key: "",
  values: Float32Array.from(values),
  samples: 4,
  channels,
  gap: 0.1,
  error: null,
  spread: null,
  mean: null,
});
const pictureOf = (map, options = {}, colorLimit = { limit: 2, maps: 1 }) =>
  makePicture(choice, tile([1, 2, 3, 4, 5, 6, 7, 8], 2), map, facts, { ...DEFAULTS, ...options }, colorLimit);
const picture = pictureOf(tile([0.5, -2, 1, 0], 1));

test("the ends of a range differ where a few more digits tell them apart", () => {
  assert.deepEqual(formatEnds(-1, 2.5), ["−1.00", "2.50"]);
  assert.deepEqual(formatEnds(293.12, 293.46), ["293.12", "293.46"]);
  assert.deepEqual(formatEnds(101283, 101367), ["101283", "101367"]);
  assert.deepEqual(formatEnds(1e-9, 1.000001e-9), ["1.00e−9", "1.00e−9"]);
  assert.deepEqual(formatEnds(7, 7), ["7.00", "7.00"]);
});

test("numbers are short and true", () => {
  assert.deepEqual(
    [0, 1.23456, -12345, 0.00012, 123456].map((n) => formatNumber(n)),
    ["0", "1.23", "−12345", "1.20e−4", "1.23e5"],
  );
  assert.equal(formatSigned(0.5), "+0.500");
  assert.deepEqual([0, 0.5, 0.9999, 1, 0.0001].map(formatPercent), [
    "0.0 %",
    "50.0 %",
    "> 99.9 %",
    "100.0 %",
    "< 0.1 %",
  ]);
  assert.deepEqual([formatTime(92, 50), formatTime(92, null)], ["1.84 s", "sample 92"]);
});

test("the summary names truth, prediction and explained class", () => {
  assert.deepEqual(summaryOf(choice, facts, outputs), {
    instance: "Instance 2 of 2 on this page (index 7)",
    truth: "rest",
    predicted: "walk (95.0 %)",
    explained: "rest (5.0 %)",
    right: false,
    missed: "rest",
  });
});

test("without truth nothing is right or wrong, and without probabilities scores are told", () => {
  const told = summaryOf({ ...choice, instance: 0 }, facts, { ...outputs, truth: null, probabilities: null });
  assert.deepEqual([told.right, told.truth, told.predicted], [null, null, "rest (score 2.00)"]);
});

test("a lone output and a lone instance are told once", () => {
  const lone = { ...facts, class_names: ["prediction"], targets: [0], instances: [0] };
  const scores = { scores: table([3.5], 1), probabilities: null, truth: null };
  const told = summaryOf({ ...choice, instance: 0 }, lone, scores);
  assert.deepEqual(
    [told.instance, told.predicted, told.explained],
    ["Instance 1 of 1 (index 0)", null, "prediction (score 3.50)"],
  );
});

const reading = (channel, name, value, attribution) => ({ channel, name, value, attribution, spread: null });

test("the readout tells time, and value and attribution of every channel on show", () => {
  assert.deepEqual(readout(picture, facts, 1), {
    time: "0.10 s (sample 1)",
    readings: [reading(0, "ax", "3.00 g", -2), reading(1, "ay", "4.00", -2)],
    notes: [],
  });
  const each = pictureOf(tile([1, 2, 3, 4, 5, 6, 7, 8], 2), { order: "share", hidden: [0] });
  assert.deepEqual(readout(each, facts, 0).readings, [reading(1, "ay", "2.00", 2)]);
});

test("the readout tells what the map says, not how it is colored", () => {
  const smooth = pictureOf(tile([0, 3, 0, 0], 1), { smoothing: 3, sign: "negative" });
  assert.equal(readout(smooth, facts, 1).readings[0].attribution, 3);
});

test("where the explained layer sees nothing there is no attribution, but for maps that are not placed", () => {
  const { readings, notes } = readout(picture, facts, 3);
  assert.deepEqual([readings[1].attribution, notes], [null, ["not seen by the explained layer"]]);
  const unplaced = { ...picture, choice: { ...choice, method: 1 } };
  assert.deepEqual(readout(unplaced, facts, 3).readings[1], reading(1, "ay", "8.00", 0));
});

test("the readout of very many channels keeps those of large attribution", () => {
  const many = {
    ...facts,
    channel_names: Array.from({ length: 40 }, (_, k) => `c${k}`),
    channel_units: Array(40).fill(""),
  };
  const values = Array.from({ length: 160 }, (_, k) => k % 40);
  const shown = makePicture(choice, tile(values, 40), tile(values, 40), many, DEFAULTS, { limit: 1, maps: 1 });
  const { readings, notes } = readout(shown, many, 0);
  assert.deepEqual([readings.length, readings[0].name, readings[7].name], [8, "c32", "c39"]);
  assert.deepEqual(notes, ["and 32 more channels with smaller attribution"]);
  const placed = makePicture(choice, tile(values, 40), tile([1, 2, 3, 4], 1), many, DEFAULTS, { limit: 1, maps: 1 });
  assert.deepEqual(readout(placed, many, 0).notes, ["and 32 more channels"]);
  const under = readout(shown, many, 0, 3).readings.map(({ name }) => name);
  assert.deepEqual(under, ["c3", "c33", "c34", "c35", "c36", "c37", "c38", "c39"]);
});

test("the legend reports which maps the color limit was computed from, and how values were changed", () => {
  const map = tile([0.5, -2, 1, 0], 1);
  const told = (options, colorLimit, whole = true) => colorLimitText(pictureOf(map, options, colorLimit), facts, whole);
  assert.equal(told({}, { limit: 2, maps: 1 }), "color: ± max of this map");
  assert.equal(
    told({}, { limit: 2, maps: 1, apart: true }),
    "color: ± max of this map · not shared: the other view is of another method and unit",
  );
  assert.equal(
    told({ scope: "instance" }, { limit: 4, maps: 2 }),
    "color: ± max of the 2 maps of this instance by Grad-CAM",
  );
  assert.equal(
    told({ scope: "method" }, { limit: 4, maps: 1 }, false),
    "color: ± max of the 1 map by Grad-CAM available here",
  );
  assert.equal(told({ scope: "fixed" }, { limit: 1, maps: 0 }), "color: ± a fixed limit · largest here 2.00");
  assert.equal(
    told({ clip: 2.5, scope: "method", sign: "absolute", smoothing: 3 }, { limit: 4, maps: 9 }),
    "color: 0 to largest 97.5th percentile of |value| of the 9 maps by Grad-CAM · mean of 3 samples (0.300 s) · absolute values",
  );
});

test("instances are counted from one, and the index is beside it", () => {
  assert.equal(summaryOf(choice, { ...facts, instances: [0, 1] }, outputs).instance, "Instance 2 of 2 (index 1)");
});

test("the color bar is labelled with its limits", () => {
  const told = (sign) => colorBarTexts(pictureOf(tile([0.5, -2, 1, 0], 1), { sign }, { limit: 2, maps: 1 }));
  assert.deepEqual(["signed", "positive", "negative", "absolute"].map(told), [
    ["−2.00", "0", "+2.00"],
    ["0", "+2.00"],
    ["−2.00", "0"],
    ["0", "2.00"],
  ]);
});

test("the picture in one sentence", () => {
  assert.equal(
    describePicture(picture, facts, outputs),
    "Grad-CAM for class rest (5.0 %). Instance 2 of 2 on this page (index 7), true class rest, predicted walk (95.0 %). " +
      "Largest value −2.00 at 0.10 s.",
  );
});

test("no gap is told where no sum is promised", () => {
  assert.equal(gapText(null, choice), "");
  assert.equal(gapText(-0.037, choice), " · gap: 3.7 % of it");
  assert.equal(gapText(0.0004, choice), " · gap: < 0.1 % of it");
  assert.equal(gapText(0.037, { ...choice, against: 1 }), " · largest gap: 3.7 % of it");
  assert.equal(gapText(0.037, { ...choice, mean: { by: "true", of: 0 } }), " · largest gap: 3.7 % of it");
});

test("how far a map can be trusted says what adds up, and to what", () => {
  const told = (exactness, placed, adds_up) => methodExactness({ ...facts.methods[0], exactness, placed, adds_up });
  const mean = "average to the score minus its bias";
  assert.equal(told("exact", true, mean), `exact: each step’s value is its own contribution, and they ${mean}`);
  assert.match(
    told("exact", false, ""),
    /^exact: each value is its position’s own contribution, and they add up to the/,
  );
  const other = "but removing one may change the score by another amount";
  assert.equal(told("complete", true, mean), `complete: the steps’ values ${mean}, ${other}`);
  assert.equal(told("complete", false, "add up to the score"), `complete: the values add up to the score, ${other}`);
  assert.equal(told("approximate", true, ""), "approximate: the values need not add up to the score");
});

test("a map whose sum is off is called neither exact nor complete", () => {
  const methods = ["exact", "complete", "approximate"].map((exactness) => ({
    ...facts.methods[1],
    exactness,
    adds_up: "add up to the score",
  }));
  const of = (method, gap, against = null) =>
    exactnessText({ ...choice, method, against }, { ...facts, methods, gap_tolerance: 0.01 }, gap);
  for (const method of [0, 1]) {
    assert.equal(of(method, 0.15), "approximate: the values should add up to the score, but do not");
    assert.match(of(method, 0.01), /^(exact|complete): /);
    assert.match(of(method, null), /^(exact|complete): /);
    assert.equal(of(method, 0.15, 1), `difference of two maps, not both ${methods[method].exactness}`);
    assert.equal(of(method, 0.001, 1), `difference of two maps, each ${methods[method].exactness}`);
  }
  assert.equal(of(2, 0.15), "approximate: the values need not add up to the score");
});

test("maps that were drawn at random tell their standard error, others none", () => {
  assert.equal(errorText(picture), "");
  const noisy = pictureOf({ ...tile([0.5, -2, 1, 0], 1), error: 0.1 });
  assert.equal(errorText(noisy), " · standard error: 0.100 at most (5.0 % of the largest value)");
});

test("a class is called so once, whether its name says it or not", () => {
  assert.equal(classNamed("walk"), "class walk");
  assert.equal(classNamed("class 3"), "class 3");
  assert.equal(classNamed("Class A"), "Class A");
  assert.equal(classNamed("classical"), "class classical");
});

test("an edited series is named so, and is neither right nor wrong", () => {
  const edited = { ...choice, instance: 1, edited: "name" };
  const summary = summaryOf(edited, facts, outputs);
  assert.match(summary.instance, /\(index 7\), edited$/);
  assert.deepEqual([summary.right, summary.missed], [null, null]);
  assert.match(captionOf(edited, facts, outputs), /^index 7, edited, .* · original true: rest · predicted: walk/);
});

test("captions of two pictures on the screen tell what distinguishes them, once", () => {
  const told = (other) => captionsOfTwo([choice, { ...choice, ...other }], facts, () => outputs);
  assert.deepEqual(told({ target: 1, against: 0 }), ["index 7, rest", "index 7, walk − rest"]);
  assert.deepEqual(told({ method: 1 }), ["index 7, Grad-CAM", "index 7, Saliency"]);
  assert.deepEqual(told({}), ["index 7", "index 7"]);
  assert.deepEqual(told({ instance: 0 }), [
    "index 7 · true: rest · predicted: walk (95.0 %)",
    "index 0 · true: rest · predicted: rest (75.0 %)",
  ]);
  assert.deepEqual(
    captionsOfTwo([choice], facts, () => outputs),
    ["index 7"],
  );
});
