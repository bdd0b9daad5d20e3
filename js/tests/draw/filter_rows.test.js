import assert from "node:assert/strict";
import { test } from "node:test";
import { drawFilters, rowsOf } from "../../lib/core/draw/filter_rows.js";
import { LIGHT } from "../../lib/core/draw/theme.js";
import { columnsOf } from "../../lib/core/samples/column.js";
import { recorder } from "../support/pen.js";

const axis = { origin: 100, step: 10, samples: 20, left: 95, right: 295 };
const frame = { left: 0, width: 360, height: 92, plot: { left: 95, top: 0, width: 200, height: 88 }, axis, ratio: 1 };
const row = (filter) => ({
  filter,
  column: columnsOf(new Float32Array(20), 20, 1)[0],
  range: { low: 0, high: 1, clipped: false },
  importance: 0.5,
});
const scene = {
  rows: [row(7), row(123)],
  chosen: 7,
  unseen: [],
  centers: null,
  stepField: null,
  weights: true,
  theme: LIGHT,
  message: null,
};

test("a filter has a row, its number and its importance; what a step sees is marked on the samples' own axis", () => {
  const { pen, texts, rects } = recorder();
  drawFilters(pen, { ...scene, stepField: { start: 2, stop: 5, center: 3 } }, frame);
  assert.ok(["7", "123", "+0.500"].every((wanted) => texts.some(({ text }) => text === wanted)));
  const [top, below] = rowsOf(frame, 2);
  assert.ok(rects.some(([x, y, width]) => x === 115 && y === top.top && width === 30));
  assert.ok(rects.some(([x, y, width]) => x === 115 && y === below.top && width === 30));
});
