import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Column } from "../../lib/core/samples/column.js";
import { envelope, heatValues, linePoints } from "../../lib/core/samples/decimation.js";
import { pixelOf, sampleAt } from "../../lib/core/samples/time_axis.js";

/** An axis on which all samples fit between 50 and 50 + width. */
const fitted = (samples, width) => {
  const step = width / samples;
  return { origin: 50 + step / 2, step, samples, left: 50, right: 50 + width };
};
const column = (values) => new Column(Float32Array.from(values), 0, 1, values.length);
const bandsOf = (column, axis) => {
  const band = envelope(column, axis);
  return Array.from({ length: band.length / 3 }, (_, k) => ({
    start: band[3 * k],
    low: band[3 * k + 1],
    high: band[3 * k + 2],
  }));
};
const sizes = fc.record({
  samples: fc.integer({ min: 1, max: 5000 }),
  width: fc.integer({ min: 20, max: 900 }),
  ratio: fc.constantFrom(1, 1.25, 2),
});

test("heat never loses a spike of one sample, and shows it at its place", () => {
  fc.assert(
    fc.property(sizes, fc.nat(), fc.constantFrom(-7, 7), ({ samples, width, ratio }, place, spike) => {
      const values = new Float32Array(samples).fill(1);
      values[place % samples] = spike;
      const heat = heatValues(column(values), fitted(samples, width), ratio);
      const first = heat.indexOf(spike);
      assert.ok(first >= 0);
      const middle = (pixelOf(place % samples, fitted(samples, width)) - 50) * ratio;
      const slack = Math.max(1, 0.07 * ratio);
      assert.ok(first - slack <= middle && middle <= heat.lastIndexOf(spike) + 1 + slack);
    }),
    { numRuns: 300, examples: [[{ samples: 4995, width: 20, ratio: 1 }, 4992, -7]] }, // in a block that is not full
  );
});

test("every device pixel of the plot has the value of a sample", () => {
  fc.assert(
    fc.property(sizes, ({ samples, width, ratio }) => {
      const heat = heatValues(column(new Float32Array(samples).fill(2)), fitted(samples, width), ratio);
      assert.equal(heat.length, Math.round((50 + width) * ratio + 1e-6) - Math.round(50 * ratio + 1e-6));
      assert.ok(heat.every((value) => value === 2));
    }),
    { examples: [[{ samples: 11, width: 900, ratio: 1.25 }]] }, // its last edge falls on half a device pixel
  );
});

test("a cell reaches half a sample to each side", () => {
  const heat = heatValues(column([1, 2, 3, 4]), fitted(4, 400), 1);
  assert.deepEqual(
    [0, 99, 100, 199, 200, 299, 300, 399].map((pixel) => heat[pixel]),
    [1, 1, 2, 2, 3, 3, 4, 4],
  );
});

test("of a million samples, one spike is found in heat and line at its pixel", () => {
  const values = new Float32Array(1e6);
  values[123456] = -3;
  const axis = fitted(1e6, 900);
  const heat = heatValues(column(values), axis, 2);
  const pixel = heat.indexOf(-3);
  assert.ok(Math.abs(pixel - 2 * (pixelOf(123456, axis) - 50)) <= 1);
  assert.equal(heat.filter((value) => value !== 0).length, 1);
  const [spike] = bandsOf(column(values), axis).filter(({ low }) => low === -3);
  assert.ok(Math.abs(pixelOf(spike.start, axis) - pixelOf(123456, axis)) <= 1.2);
});

test("zoomed out of stepField to the right, pixels before the first sample have no value", () => {
  const heat = heatValues(column([1, 2]), { origin: 100, step: 10, samples: 2, left: 50, right: 150 }, 1);
  assert.ok(Number.isNaN(heat[0]) && heat[46] === 1 && heat[60] === 2 && Number.isNaN(heat[70]));
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

test("a band never loses a spike of one sample", () => {
  fc.assert(
    fc.property(sizes, fc.nat(), ({ samples, width }, place) => {
      const values = new Float32Array(samples);
      values[place % samples] = 9;
      assert.ok(bandsOf(column(values), fitted(samples, width)).some(({ high }) => high === 9));
    }),
    { numRuns: 300, examples: [[{ samples: 4995, width: 20, ratio: 1 }, 4994]] },
  );
});

test("a line of many samples has a few points a pixel, in order", () => {
  const values = Float32Array.from({ length: 100000 }, (_, k) => Math.sin(k));
  const points = linePoints(column(values), fitted(values.length, 600));
  const places = points.filter((_, k) => k % 2 === 0);
  assert.ok(places.length <= 2 * 602);
  assert.ok(places.every((place, k) => k === 0 || place >= places[k - 1]));
});

test("a zoomed axis draws what is displayed, and one more on each side", () => {
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

test("what is not a number is a gap, and hides no number beside it", () => {
  const values = new Float32Array(8000).fill(NaN);
  values[4000] = 5;
  const axis = fitted(8000, 400);
  const [only, ...others] = bandsOf(column(values), axis).filter(({ low }) => !Number.isNaN(low));
  assert.deepEqual([only.low, only.high, others.length], [5, 5, 0]);
  assert.equal(heatValues(column(values), axis, 1).filter((value) => value === 5).length, 1);
});

test("a picture at rest reads its samples once, and one that moves reads them anew", () => {
  const values = Float32Array.from({ length: 5000 }, (_, k) => Math.sin(k));
  const asked = column(values);
  let reads = 0;
  asked.extremes = (...which) => {
    reads++;
    return Column.prototype.extremes.apply(asked, which);
  };
  const axis = fitted(5000, 500);
  const draw = (on) => [envelope(asked, on), heatValues(asked, on, 1)];
  const first = draw(axis);
  assert.deepEqual([draw(axis), reads], [first, 3]);
  const moved = draw({ ...axis, origin: axis.origin - 40 });
  assert.equal(reads, 6);
  assert.deepEqual(
    moved,
    [envelope, heatValues].map((make) => make(column(values), { ...axis, origin: axis.origin - 40 }, 1)),
  );
  heatValues(asked, axis, 2);
  assert.equal(reads, 7, "pixels of another size are other pixels");
});

test("what stands for a stretch is what a look at each of its values finds, wherever its ends are", () => {
  const number = fc.oneof({ weight: 9, arbitrary: fc.double({ min: -5, max: 5, noNaN: true }) }, fc.constant(NaN));
  fc.assert(
    fc.property(fc.array(number, { minLength: 1, maxLength: 90 }), fc.array(fc.nat(90)), (numbers, places) => {
      const values = Float32Array.from(numbers);
      const edges = Int32Array.from([...places.map((place) => Math.min(place, values.length)), values.length]).sort();
      const better = {
        lowest: (a, b) => a < b,
        highest: (a, b) => a > b,
        largest: (a, b) => Math.abs(a) > Math.abs(b),
      };
      for (const [kind, isBetter] of Object.entries(better)) {
        const found = column(values).extremes(kind, edges, 1);
        found.forEach((value, place) => {
          const within = [...values.subarray(edges[place], edges[place + 1])].filter((one) => !Number.isNaN(one));
          const best = within.reduce((held, one) => (isBetter(one, held) ? one : held), within[0] ?? NaN);
          assert.ok(Object.is(Math.abs(value), Math.abs(best)), `${kind} of ${within} is not ${value}`);
          assert.ok(within.length === 0 || within.includes(value));
        });
      }
    }),
  );
});
