import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { packTiles, TilePack, unpackTile } from "../../lib/core/tiles/tiles.js";
import { tile } from "../support/tile.js";

test("packed tiles come back as they were", () => {
  const tiles = [
    { ...tile("series/0"), gap: null, error: null, spread: null, mean: null },
    { ...tile("attribution/1/0/2", 6), gap: 0.25 },
  ];
  assert.deepEqual(new TilePack(packTiles(tiles)).all(), tiles);
});

test("a tile is read from where its buffer starts, be it odd", () => {
  const bytes = new Uint8Array(3 + 2 + 8);
  new Float32Array(bytes.buffer.slice(0, 8));
  bytes.set(new Uint8Array(Float32Array.of(1.5, -2).buffer), 5);
  const entry = {
    key: "series/0",
    dtype: "float32",
    shape: [2, 1],
    offset: 2,
    scale: 1,
    gap: null,
    error: null,
    spread: null,
    mean: null,
  };
  assert.deepEqual([...unpackTile(entry, new DataView(bytes.buffer, 3)).values], [1.5, -2]);
});

test("a quantized map is off by half a step at most", () => {
  fc.assert(
    fc.property(fc.array(fc.float({ noNaN: true, min: -100, max: 100 }), { minLength: 1 }), (values) => {
      const limit = Math.max(...values.map(Math.abs)) || 1;
      const scale = limit / 32767;
      const steps = Int16Array.from(values, (value) => Math.round(value / scale));
      const entry = {
        key: "a",
        dtype: "int16",
        shape: [values.length, 1],
        offset: 0,
        scale,
        gap: null,
        error: null,
        spread: null,
        mean: null,
      };
      const back = unpackTile(entry, steps.buffer).values;
      values.forEach((value, k) => assert.ok(Math.abs(value - back[k]) <= scale * 0.5001 + 1e-5 * limit));
    }),
  );
});
