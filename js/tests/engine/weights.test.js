import assert from "node:assert/strict";
import { test } from "node:test";
import { unpackWeights } from "../../lib/engine/network.js";

/** Bytes of some float32 values, followed by those of float16 values, given by their bits. */
const bytes = (singles, halves) => {
  const data = new Uint8Array(4 * singles.length + 2 * halves.length);
  data.set(new Uint8Array(Float32Array.from(singles).buffer));
  data.set(new Uint8Array(Uint16Array.from(halves).buffer), 4 * singles.length);
  return data.buffer;
};

test("weights without ranges are float32", () => {
  assert.deepEqual([...unpackWeights(bytes([1.5, -2, 0.25], []), [])], [1.5, -2, 0.25]);
});

test("float16 values stand in their ranges: normal, negative, largest, subnormal, zero", () => {
  const read = unpackWeights(bytes([7, 8, 9], [0x3c00, 0xc000, 0x7bff, 0x0001, 0x8000]), [
    [0, 2],
    [3, 3],
  ]);
  assert.deepEqual([...read], [1, -2, 7, 65504, 2 ** -24, -0, 8, 9]);
});
