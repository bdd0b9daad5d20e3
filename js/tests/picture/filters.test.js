import assert from "node:assert/strict";
import { test } from "node:test";
import { columnsOf } from "../../lib/core/samples/column.js";
import { drawFilters, rowsOf } from "../../lib/core/draw/filter_rows.js";
import { channelsOf, drawGrid, linesOf } from "../../lib/core/draw/grid.js";
import { drawSplit } from "../../lib/core/draw/class_split.js";
import { placed, ranked, readingOf, worths } from "../../lib/core/picture/filters.js";
import { LIGHT } from "../../lib/core/draw/theme.js";

const table = (...steps) => ({ values: Float32Array.from(steps.flat()), columns: 3 });
const tile = (values, filters) => ({ values: Float32Array.from(values), samples: values.length / filters, channels: filters });

test("activations stand at the places of their steps, linear between and held beyond", () => {
  const steps = table([0, 3, 1], [2, 5, 3]);
  assert.deepEqual([...placed(tile([0, 9, 4, 9], 2), 0, steps, 6)], [0, 0, 2, 4, 4, 4]);
});

test("a place between two samples is no sample's own, and steps at one place are averaged", () => {
  assert.deepEqual([...placed(tile([1, 3], 1), 0, table([0, 2, 0.5], [1, 3, 1.5]), 3)], [1, 2, 3]);
  assert.deepEqual([...placed(tile([1, 3, 8], 1), 0, table([0, 1, 0], [0, 1, 0], [2, 3, 2]), 3)], [2, 5, 8]);
});

const reading = readingOf({
  content: { layer: "conv", weighed: "exact", unseen: [], centers: null },
  arrays: {
    steps: { values: Float32Array.of(0, 1, 0), shape: [1, 3] },
    activity: { values: Float32Array.of(1, 3, 2), shape: [3] },
    weights: { values: Float32Array.of(0, 0, 1, -1, 5, 0), shape: [2, 3] },
  },
});

test("filters are sorted by what they do, or by what they count for the class", () => {
  assert.deepEqual(ranked(worths(reading, "activity", 0)), [1, 2, 0]);
  assert.deepEqual(ranked(worths(reading, "weight", 0)), [2, 0, 1]);
  assert.deepEqual(ranked(worths(reading, "weight", 1)), [1, 2, 0]);
});

/** A pen that writes down texts and filled rectangles. */
function recorder() {
  const [texts, rects] = [[], []];
  const pen = {
    fillText: (text, x, y) => texts.push({ text, x, y }),
    fillRect: (...rect) => rects.push(rect),
    measureText: (text) => ({ width: 6 * text.length }),
  };
  return { texts, rects, pen: new Proxy(pen, { get: (target, name) => (name in target ? target[name] : () => {}), set: () => true }) };
}

const axis = { origin: 100, step: 10, samples: 20, left: 95, right: 295 };
const frame = { left: 0, width: 360, height: 92, plot: { left: 95, top: 0, width: 200, height: 88 }, axis, ratio: 1 };
const row = (filter) => ({ filter, column: columnsOf(new Float32Array(20), 20, 1)[0], range: { low: 0, high: 1, clipped: false }, worth: 0.5 });
const scene = { rows: [row(7), row(123)], chosen: 7, unseen: [], centers: null, sight: null, weights: true, theme: LIGHT, veil: null };

test("a filter has a row, its number and its worth; what a step sees is marked on the samples' own axis", () => {
  const { pen, texts, rects } = recorder();
  drawFilters(pen, { ...scene, sight: { start: 2, stop: 5, center: 3 } }, frame);
  assert.ok(["7", "123", "+0.500"].every((wanted) => texts.some(({ text }) => text === wanted)));
  const [top, below] = rowsOf(frame, 2);
  assert.ok(rects.some(([x, y, width]) => x === 115 && y === top.top && width === 30));
  assert.ok(rects.some(([x, y, width]) => x === 115 && y === below.top && width === 30));
});

const columns = ["data", "data", "kernel"].map((scale, place) => ({
  title: `t${place}`,
  note: "",
  ends: ["0", "1 s"],
  cells: [[{ column: columnsOf(Float32Array.of(place, place + 1), 2, 1)[0], color: 0 }]],
  scale,
}));

test("plots of one scale draw one height for one value, and names stand once", () => {
  const { pen, texts } = recorder();
  drawGrid(pen, columns, ["ax"], 600, 40, LIGHT);
  const numbers = texts.map(({ text }) => text);
  assert.equal(numbers.filter((text) => text === "ax").length, 1);
  // the first two run from 0 to 2 together, the third from 2 to 3
  assert.equal(numbers.filter((text) => text === "2.0").length, 3);
  assert.equal(numbers.filter((text) => text === "3.0").length, 1);
});

test("where there is no room beside, plots go below", () => {
  assert.deepEqual(linesOf(columns, ["ax"], 900).map((line) => line.length), [3]);
  assert.deepEqual(linesOf(columns, ["ax"], 330).map((line) => line.length), [2, 1]);
  assert.deepEqual(linesOf(columns, ["ax"], 100).map((line) => line.length), [1, 1, 1]);
});

test("a piece of an array is taken apart into channels", () => {
  const array = { values: Float32Array.from({ length: 12 }, (_, place) => place), shape: [2, 3, 2] };
  assert.deepEqual(channelsOf(array, 1).map((column) => [0, 1, 2].map((at) => column.at(at))), [[6, 8, 10], [7, 9, 11]]);
});

test("a class without series has no box, and says so", () => {
  const { pen, texts } = recorder();
  const empty = { name: "<b>rest</b>", quantiles: Array(5).fill(NaN), auc: NaN, weight: -2 };
  drawSplit(pen, [empty, { ...empty, name: "walk", quantiles: [0, 1, 2, 3, 4], auc: 0.75 }], 420, 1, LIGHT);
  const said = texts.map(({ text }) => text);
  assert.ok(["<b>rest</b>", "–", "0.75", "−2.00"].every((wanted) => said.includes(wanted)));
});
