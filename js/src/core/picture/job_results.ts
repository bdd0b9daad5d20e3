import { type Bytes, bytesOf } from "../tiles/bytes.js";

/** Results of jobs, and their wire format. */

export interface JobResult {
  readonly content: any;
  readonly arrays: Record<string, JobArray>;
}

export interface JobArray {
  readonly values: Float32Array;
  readonly shape: number[];
}

export interface PackedResults {
  index: { name: string; content: any; arrays: { name: string; shape: number[]; offset: number }[] }[];
  data: Bytes | null;
}

/** Results by name. */
export function unpackResults({ index, data }: PackedResults): Map<string, JobResult> {
  return new Map(
    index.map(({ name, content, arrays }) => [
      name,
      { content, arrays: Object.fromEntries(arrays.map((one) => [one.name, unpackArray(one, data!)])) },
    ]),
  );
}

function unpackArray({ shape, offset }: { shape: number[]; offset: number }, data: Bytes): JobArray {
  const length = shape.reduce((product, size) => product * size, 1);
  return { values: new Float32Array(bytesOf(data, offset, 4 * length)), shape };
}

/** Packs results in the wire format, for a saved notebook. */
export function packResults(results: Map<string, JobResult>): PackedResults {
  const pieces: Float32Array[] = [];
  let offset = 0;
  const place = ({ values }: JobArray): number => {
    pieces.push(values);
    offset += values.byteLength;
    return offset - values.byteLength;
  };
  const index = [...results].map(([name, { content, arrays }]) => ({
    name,
    content,
    arrays: Object.entries(arrays).map(([label, array]) => ({ name: label, shape: array.shape, offset: place(array) })),
  }));
  const data = new Float32Array(offset / 4);
  let start = 0;
  for (const piece of pieces) {
    data.set(piece, start);
    start += piece.length;
  }
  return { index, data: new DataView(data.buffer) };
}
