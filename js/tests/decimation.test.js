import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { heatRuns, linePoints } from "../lib/core/decimation.js";
import { pixelOf, sampleAt } from "../lib/core/time_axis.js";

/** An axis on which all samples fit between 50 and 50 + width. */
const fitted = (samples, width) => {
  const step = width / samples;
  return { origin: 50 + step / 2, step, samples, left: 50, right: 50 + width };
};
const column = (values) => ({ values: Float32Array.from(values), offset: 0, stride: 1 });
const sizes = fc.record({
  samples: fc.integer({ min: 1, max: 5000 }),
  width: fc.integer({ min: 20, max: 900 }),
  ratio: fc.constantFrom(1, 1.25, 2),
});

test("heat never loses a spike of one sample", () => {
  fc.assert(
    fc.property(sizes, fc.nat(), fc.constantFrom(-7, 7), ({ samples, width, ratio }, place, spike) => {
      const values = new Float32Array(samples).fill(1);
      values[place % samples] = spike;
      const runs = heatRuns(column(values), fitted(samples, width), ratio);
      const found = runs.filter((run) => run.value === spike);
      assert.equal(found.length, 1);
      const middle = pixelOf(place % samples, fitted(samples, width)) * ratio;
      assert.ok(found[0].start - 1 <= middle && middle <= found[0].stop + 1);
    }),
  );
});

test("heat covers the whole width once, without a gap", () => {
  fc.assert(
    fc.property(sizes, ({ samples, width, ratio }) => {
      const runs = heatRuns(column(new Float32Array(samples)), fitted(samples, width), ratio);
      assert.equal(runs[0].start, Math.round(50 * ratio));
      assert.equal(runs.at(-1).stop, Math.round((50 + width) * ratio));
      runs.slice(1).forEach((run, k) => assert.equal(run.start, runs[k].stop));
    }),
    { examples: [[{ samples: 11, width: 900, ratio: 1.25 }]] }, // its last edge falls on half a device pixel
  );
});

test("a cell reaches half a sample to each side", () => {
  const runs = heatRuns(column([1, 2, 3, 4]), fitted(4, 400), 1);
  assert.deepEqual(runs, [
    { start: 50, stop: 150, value: 1 },
    { start: 150, stop: 250, value: 2 },
    { start: 250, stop: 350, value: 3 },
    { start: 350, stop: 450, value: 4 },
  ]);
});

test("a line never loses a spike of one sample", () => {
  fc.assert(
    fc.property(sizes, fc.nat(), ({ samples, width }, place) => {
      const values = new Float32Array(samples);
      values[place % samples] = 9;
      const points = linePoints(column(values), fitted(samples, width));
      const heights = points.filter((_, k) => k % 2 === 1);
      assert.equal(Math.max(...heights), 9);
      assert.equal(points[2 * heights.indexOf(9)], place % samples);
    }),
  );
});

test("a line of many samples has a few points a pixel, in order", () => {
  const values = Float32Array.from({ length: 100000 }, (_, k) => Math.sin(k));
  const points = linePoints(column(values), fitted(values.length, 600));
  const places = points.filter((_, k) => k % 2 === 0);
  assert.ok(places.length <= 2 * 602);
  assert.ok(places.every((place, k) => k === 0 || place >= places[k - 1]));
});

test("a zoomed axis draws what is on show, and one more on each side", () => {
  const axis = { origin: -1000, step: 100, samples: 300, left: 50, right: 450 };
  const points = linePoints(column(new Float32Array(300)), axis);
  const places = [...points.filter((_, k) => k % 2 === 0)];
  assert.ok(places[0] <= 10 && places[0] >= 9 && places.at(-1) >= 15 && places.at(-1) <= 16);
});

test("the sample under a pixel is the one whose cell is there", () => {
  const axis = fitted(300, 600);
  assert.ok(sampleAt(50, axis) === 0);
  assert.equal(sampleAt(53, axis), 1);
  assert.equal(sampleAt(49, axis), null);
  assert.equal(sampleAt(700, axis), null);
});
