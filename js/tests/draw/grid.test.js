import assert from "node:assert/strict";
import { test } from "node:test";
import { channelsOf, drawGrid, linesOf } from "../../lib/core/draw/grid.js";
import { LIGHT } from "../../lib/core/draw/theme.js";
import { columnsOf } from "../../lib/core/samples/column.js";
import { recorder } from "../support/pen.js";

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
  assert.deepEqual(
    linesOf(columns, ["ax"], 900).map((line) => line.length),
    [3],
  );
  assert.deepEqual(
    linesOf(columns, ["ax"], 330).map((line) => line.length),
    [2, 1],
  );
  assert.deepEqual(
    linesOf(columns, ["ax"], 100).map((line) => line.length),
    [1, 1, 1],
  );
});

test("a piece of an array is taken apart into channels", () => {
  const array = { values: Float32Array.from({ length: 12 }, (_, place) => place), shape: [2, 3, 2] };
  assert.deepEqual(
    channelsOf(array, 1).map((column) => [0, 1, 2].map((at) => column.at(at))),
    [
      [6, 8, 10],
      [7, 9, 11],
    ],
  );
});
