import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32, deflateSync } from "node:zlib";
import { withResolution } from "../../lib/core/draw/png_resolution.js";

function chunk(kind, data) {
  const bytes = Buffer.alloc(12 + data.length);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(kind, 4, "latin1");
  data.copy(bytes, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length);
  return bytes;
}

test("a PNG states its pixels per meter after its header, in a chunk whose checksum is right", () => {
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  const header = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
  const rest = [chunk("IDAT", deflateSync(Buffer.from([0, 7]))), chunk("IEND", Buffer.alloc(0))];
  const size = Buffer.from([0, 0, 0x2e, 0x23, 0, 0, 0x2e, 0x23, 1]); // 11,811 per meter: 300 per inch
  const made = withResolution(Buffer.concat([signature, chunk("IHDR", header), ...rest]), 300);
  assert.deepEqual(Buffer.from(made), Buffer.concat([signature, chunk("IHDR", header), chunk("pHYs", size), ...rest]));
});
