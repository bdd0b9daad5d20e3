const SIGNATURE_AND_HEADER = 33;
const METERS_PER_INCH = 0.0254;

/** A PNG file that states its resolution, from which programs compute its size on paper. */
export function withResolution(png: Uint8Array, dpi: number): Uint8Array<ArrayBuffer> {
  const perMeter = Math.round(dpi / METERS_PER_INCH);
  const chunk = new DataView(new ArrayBuffer(21));
  chunk.setUint32(0, 9);
  [..."pHYs"].forEach((letter, place) => chunk.setUint8(4 + place, letter.charCodeAt(0)));
  chunk.setUint32(8, perMeter);
  chunk.setUint32(12, perMeter);
  chunk.setUint8(16, 1); // the unit is the meter
  chunk.setUint32(17, checksum(new Uint8Array(chunk.buffer, 4, 13)));
  const file = new Uint8Array(png.length + chunk.byteLength);
  file.set(png.subarray(0, SIGNATURE_AND_HEADER));
  file.set(new Uint8Array(chunk.buffer), SIGNATURE_AND_HEADER);
  file.set(png.subarray(SIGNATURE_AND_HEADER), SIGNATURE_AND_HEADER + chunk.byteLength);
  return file;
}

/** CRC-32 of PNG chunks. */
function checksum(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) {
      crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    }
  }
  return ~crc >>> 0;
}
