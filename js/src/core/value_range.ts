import type { Column } from "./decimation.js";

/** What a row's height stands for. */
export interface ValueRange {
  readonly low: number;
  readonly high: number;
  /** Whether values lie beyond, for they would flatten all others. */
  readonly clipped: boolean;
}

/** A range beyond which one value in two hundred lies is left, once it would be this many times wider with them. */
const FLATTENED = 6;

export function valueRange(column: Column, samples: number): ValueRange {
  const values = new Float32Array(samples);
  for (let i = 0; i < samples; i++) {
    values[i] = column.values[column.offset + i * column.stride];
  }
  values.sort();
  const [low, high] = [values[0], values[samples - 1]];
  if (samples === 0 || low === high) {
    return { low: (low ?? 0) - 1, high: (high ?? 0) + 1, clipped: false };
  }
  const margin = Math.max(1, Math.floor(samples / 200));
  const [inner, outer] = [values[margin], values[samples - 1 - margin]];
  return outer > inner && high - low > FLATTENED * (outer - inner)
    ? { low: inner - (outer - inner), high: outer + (outer - inner), clipped: true }
    : { low, high, clipped: false };
}
