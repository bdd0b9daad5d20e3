import type { Tile } from "../tiles/tiles.js";
import type { Table } from "./facts.js";
import type { JobResult } from "./job_results.js";

/** A layer whose output has a time axis. */
export interface LayerFacts {
  readonly name: string;
  readonly kind: string;
  readonly filters: number;
}

export type Order = "activity" | "weight";

/** Activations of a layer on an instance, and what its steps see of it; null if that is the same for all instances. */
export interface Activations {
  readonly tile: Tile;
  readonly steps: Table | null;
}

/** Summary of a layer over all series. */
export interface LayerReading {
  readonly layer: string;
  /** Whether weights are equal for all series (exact). */
  readonly weighed: "exact" | "approximate";
  /** First sample, sample after the last, and center of each step, of the longest series. */
  readonly steps: Table;
  readonly activity: Float32Array;
  /** Gain of each class score when a filter rises by one, class by class. */
  readonly weights: Float32Array;
}

export function readingOf({ content, arrays }: JobResult): LayerReading {
  const { layer, weighed } = content;
  const steps = { values: arrays.steps.values, columns: 3 };
  return { layer, weighed, steps, activity: arrays.activity.values, weights: arrays.weights.values };
}

/** Value by which filters are sorted: activity, or weight for a class. */
export function importances({ activity, weights }: LayerReading, by: Order, target: number): Float32Array {
  return by === "activity" ? activity : weights.subarray(target * activity.length, (target + 1) * activity.length);
}

/** Filters in descending order of importance. */
export const ranked = (importance: Float32Array): number[] =>
  Array.from(importance.keys()).sort((one, other) => importance[other] - importance[one] || one - other);

/**
 * Activation of a filter at every sample: linear between the centers of the steps and constant beyond the first and
 * last; steps with the same center are averaged.
 */
export function placed(tile: Tile, filter: number, steps: Table, samples: number): Float32Array {
  const { places, values } = merged(tile, filter, steps);
  const on = new Float32Array(samples);
  let left = 0;
  for (let sample = 0; sample < samples; sample++) {
    while (left + 1 < places.length && places[left + 1] <= sample) {
      left++;
    }
    const right = Math.min(left + 1, places.length - 1);
    const gap = places[right] - places[left];
    const share = gap > 0 ? Math.min(1, Math.max(0, (sample - places[left]) / gap)) : 0;
    on[sample] = values[left] + share * (values[right] - values[left]);
  }
  return on;
}

function merged(tile: Tile, filter: number, steps: Table): { places: number[]; values: number[] } {
  const [places, values, counts]: number[][] = [[], [], []];
  for (let step = 0; step < tile.samples; step++) {
    const place = steps.values[step * steps.columns + 2];
    const value = tile.values[step * tile.channels + filter];
    const last = places.length - 1;
    if (last >= 0 && places[last] === place) {
      counts[last]++;
      values[last] += (value - values[last]) / counts[last];
    } else {
      places.push(place);
      values.push(value);
      counts.push(1);
    }
  }
  return { places, values };
}
