import type { Column } from "../samples/column.js";
import type { Options } from "./options.js";

/** Value range of a row. */
export interface ValueRange {
  readonly low: number;
  readonly high: number;
  /** Whether values exceed the range. */
  readonly clipped: boolean;
}

/** If the full range is wider than the central 99 % by this factor, outliers are clipped. */
const FLATTENED = 6;

/** Maximum number of samples from which quantiles are estimated. */
const ENOUGH = 8192;

export function valueRange(column: Column): ValueRange {
  const { low, high } = extremesOf(column);
  if (low === high) {
    return { low: low - 1, high: high + 1, clipped: false };
  }
  const usual = usualValues(column);
  const margin = Math.max(1, Math.floor(usual.length / 200));
  const [inner, outer] = [usual[margin], usual[usual.length - 1 - margin]];
  return outer > inner && high - low > FLATTENED * (outer - inner)
    ? { low: inner - (outer - inner), high: outer + (outer - inner), clipped: true }
    : { low, high, clipped: false };
}

/** NaN is a gap; a channel of gaps counts as zeros. */
function extremesOf(column: Column): { low: number; high: number } {
  let [low, high] = [Infinity, -Infinity];
  for (let sample = 0; sample < column.samples; sample++) {
    const value = column.at(sample);
    low = value < low ? value : low;
    high = value > high ? value : high;
  }
  return low <= high ? { low, high } : { low: 0, high: 0 };
}

function usualValues(column: Column): Float32Array {
  const step = Math.ceil(column.samples / ENOUGH);
  const some = Float32Array.from({ length: Math.ceil(column.samples / step) }, (_, place) => column.at(place * step));
  return some.filter((value) => !Number.isNaN(value)).sort();
}

/** Value range of each row: per channel, per unit, or common to all; divided by the gain. */
export function sharedRanges(own: ValueRange[], units: string[], { rows, gain }: Options): ValueRange[] {
  const group = (channel: number): unknown => (rows === "channel" ? channel : rows === "unit" ? units[channel] : "all");
  return own.map((_, channel) => {
    const members = own.filter((_, other) => group(other) === group(channel));
    return narrowed(members.reduce(joinedRange), gain);
  });
}

export const joinedRange = (one: ValueRange, other: ValueRange): ValueRange => ({
  low: Math.min(one.low, other.low),
  high: Math.max(one.high, other.high),
  clipped: one.clipped || other.clipped,
});

function narrowed(range: ValueRange, gain: number): ValueRange {
  const [middle, half] = [(range.low + range.high) / 2, (range.high - range.low) / 2 / gain];
  return gain === 1 ? range : { low: middle - half, high: middle + half, clipped: range.clipped || gain > 1 };
}
