import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { colorIndex, colorScale, pixelColors } from "../../lib/core/draw/color.js";
import tables from "../../lib/core/draw/color_tables.json" with { type: "json" };
import { magnitudeLimit } from "../../lib/core/picture/normalization.js";

const finite = fc.float({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 });
const lightness = ([r, g, b]) => 0.2126 * r + 0.7152 * g + 0.0722 * b;

test("every table has 256 colors", () => {
  for (const table of Object.values(tables)) {
    assert.equal(table.length, 256);
    assert.ok(table.flat().every((part) => Number.isInteger(part) && part >= 0 && part <= 255));
  }
});

test("signed tables are neutral at zero, and as far from it on both sides", () => {
  for (const name of ["signed", "signed_dark"]) {
    const table = tables[name];
    assert.deepEqual(table[127], table[128]);
    assert.equal(new Set(table[128]).size, 1);
    assert.ok(table[0][2] > table[0][0] + 80, "below zero is blue");
    assert.ok(table[255][0] > table[255][2] + 80, "above zero is orange");
  }
});

test("a larger magnitude stands out more from the background", () => {
  const steps = (table) => table.slice(1).map((color, k) => Math.sign(lightness(color) - lightness(table[k])));
  assert.ok(steps(tables.unsigned).every((step) => step <= 0));
  assert.ok(steps(tables.unsigned_dark).every((step) => step >= 0));
  assert.ok(steps(tables.signed.slice(128)).every((step) => step <= 0));
  assert.ok(steps(tables.signed_dark.slice(128)).every((step) => step >= 0));
});

test("ends and zero of a signed scale", () => {
  const scale = colorScale(true, 2, false);
  assert.deepEqual(
    [-2, 0, 2].map((value) => colorIndex(value, scale)),
    [0, 128, 255],
  );
});

test("ends of an unsigned scale", () => {
  const scale = colorScale(false, 2, true);
  assert.equal(scale.table, "unsigned_dark");
  assert.deepEqual(
    [0, 2].map((value) => colorIndex(value, scale)),
    [0, 255],
  );
});

test("a map of zeros is neutral all over", () => {
  assert.equal(colorIndex(0, colorScale(true, 0, false)), 128);
  assert.equal(colorIndex(0, colorScale(false, 0, false)), 0);
});

test("larger values never get a lower color, and opposite ones get opposite colors", () => {
  fc.assert(
    fc.property(fc.array(finite, { minLength: 2 }), (values) => {
      const scale = colorScale(true, magnitudeLimit(Float32Array.from(values), 0), false);
      const sorted = [...values].sort((a, b) => a - b).map((value) => colorIndex(value, scale));
      assert.ok(sorted.every((index, k) => k === 0 || index >= sorted[k - 1]));
      for (const value of values) {
        assert.ok(Math.abs(colorIndex(value, scale) + colorIndex(-value, scale) - 255) <= 1);
      }
    }),
  );
});

test("without color all three parts are one", () => {
  assert.match(colorScale(true, 1, false, true).colors[0], /^rgb\((\d+), \1, \1\)$/);
});

test("pixels have the bytes of the table's colors", () => {
  const scale = colorScale(true, 1, false);
  const bytes = new Uint8Array(pixelColors(scale).buffer);
  tables.signed.forEach((color, k) => assert.deepEqual([...bytes.slice(4 * k, 4 * k + 4)], [...color, 255]));
});
