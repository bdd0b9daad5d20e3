import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULTS } from "../../lib/core/picture/options.js";
import { makePicture } from "../../lib/core/picture/picture.js";
import { numbersOf } from "../../lib/core/text/numbers_table.js";

const facts = {
  channel_names: ["ax", "ay"],
  channel_units: ["g", ""],
  sampling_rate: 10,
  methods: [{ label: "M", signed: true }],
};
const tile = (values, channels) => ({
  key: "",
  values: Float32Array.from(values),
  samples: values.length / channels,
  channels,
  gap: null,
  error: null,
  spread: null,
  mean: null,
});
const numbers = (map, channels) => {
  const series = tile([1, 2, -3, 4, 5, 6], 2);
  return numbersOf(
    makePicture({ instance: 0, target: 0, method: 0, against: null }, series, tile(map, channels), facts, DEFAULTS, {
      limit: 1,
      maps: 1,
    }),
    facts,
  );
};

test("the table tells each channel's share and extremes", () => {
  assert.deepEqual(numbers([1, 0, -2, 0, 0, 1], 2).lines, [
    ["ax (g)", "75.0 %", "+1.00", "0.00 s", "−2.00", "0.10 s", "−3.00", "5.00"],
    ["ay", "25.0 %", "+1.00", "0.20 s", "0", "0.00 s", "2.00", "6.00"],
  ]);
});

test("a map of all channels has one line of its own", () => {
  const { headings, lines } = numbers([1, -2, 0], 1);
  assert.deepEqual(lines[0], ["all channels", "+1.00", "0.00 s", "−2.00", "0.10 s", "", ""]);
  assert.ok(!headings.includes("share"));
});

test("no column is empty, and each has a heading", () => {
  for (const [map, channels] of [
    [[1, -2, 0], 1],
    [[1, 0, -2, 0, 0, 1], 2],
  ]) {
    const { headings, lines } = numbers(map, channels);
    headings.forEach((_, column) => assert.ok(lines.some((line) => line[column] !== "")));
    lines.forEach((line) => assert.equal(line.length, headings.length));
  }
});
