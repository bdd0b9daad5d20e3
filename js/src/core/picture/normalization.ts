import type { Tile } from "../tiles/tiles.js";
import type { Options } from "./options.js";

type Sign = Options["sign"];

const PARTS: Record<Sign, (value: number) => number> = {
  signed: (value) => value,
  positive: (value) => Math.max(0, value),
  negative: (value) => Math.min(0, value),
  absolute: Math.abs,
};

/** Displayed values. Smoothing comes first, so that values of opposite sign cancel within its window. */
export function shownValues(tile: Tile, sign: Sign, smoothing: number): Float32Array {
  const smooth = smoothing > 1 ? movingMean(tile, smoothing) : tile.values;
  return sign === "signed" ? smooth : smooth.map(PARTS[sign]);
}

/** Centered moving mean; truncated at the ends. */
export function movingMean({ values, samples, channels }: Tile, window: number): Float32Array {
  // A wider window than the series on both sides is no other mean.
  const half = Math.min(Math.floor(window / 2), samples);
  const width = 2 * half + 1;
  const means = new Float32Array(values.length);
  for (let channel = 0; channel < channels; channel++) {
    const at = (sample: number): number => values[sample * channels + channel];
    let [sum, count] = [0, 0];
    for (let entering = 0; entering < samples + half; entering++) {
      if (entering < samples) {
        sum += at(entering);
        count++;
      }
      if (entering - width >= 0) {
        sum -= at(entering - width);
        count--;
      }
      if (entering >= half) {
        means[(entering - half) * channels + channel] = sum / count;
      }
    }
  }
  return means;
}

/**
 * The |value| that `clip` percent of the nonzero values exceed; the maximum for 0. Zeros do not count: a map that is
 * mostly zero would have no colors.
 */
export function magnitudeLimit(values: Float32Array, clip: number): number {
  if (clip <= 0) {
    return largestMagnitude(values);
  }
  const magnitudes = values
    .map(Math.abs)
    .filter((magnitude) => magnitude > 0)
    .sort();
  return magnitudes.length > 0 ? magnitudes[Math.max(0, Math.ceil((1 - clip / 100) * magnitudes.length) - 1)] : 0;
}

function largestMagnitude(values: Float32Array): number {
  let largest = 0;
  for (let place = 0; place < values.length; place++) {
    const magnitude = Math.abs(values[place]);
    largest = magnitude > largest ? magnitude : largest;
  }
  return largest;
}

/** Whether colors diverge from zero. */
export const isDiverging = (signed: boolean, sign: Sign): boolean => signed && sign !== "absolute";
