import type { Table } from "./facts.js";

/**
 * Receptive field of a step of the explained layer: samples [start, stop), and the center at which its value is drawn.
 */
export interface StepField {
  readonly start: number;
  readonly stop: number;
  readonly center: number;
}

/** Index of the step whose center is nearest to a sample. */
export function nearestIndex(steps: Table, sample: number): number {
  const at = (step: number): number => steps.values[step * steps.columns + 2];
  let nearest = 0;
  for (let step = 1; step < steps.values.length / steps.columns; step++) {
    nearest = Math.abs(at(step) - sample) < Math.abs(at(nearest) - sample) ? step : nearest;
  }
  return nearest;
}

/** Step whose center is nearest to a sample; null if there are no steps. */
export function nearestStep(steps: Table | null, sample: number): StepField | null {
  if (!steps || steps.values.length === 0) {
    return null;
  }
  const nearest = nearestIndex(steps, sample);
  const [start, stop, center] = steps.values.subarray(nearest * steps.columns, (nearest + 1) * steps.columns);
  return { start, stop, center };
}

/** Samples [start, stop) that no step depends on. */
export function unseenSamples({ values, columns }: Table, samples: number): [number, number][] {
  const changes = new Int32Array(samples + 1);
  for (let row = 0; row < values.length; row += columns) {
    const [start, stop] = [values[row], values[row + 1]].map((one) => Math.max(0, Math.min(samples, one)));
    changes[start]++;
    changes[Math.max(start, stop)]--;
  }
  const unseen: [number, number][] = [];
  let seeing = 0;
  for (let sample = 0; sample < samples; sample++) {
    seeing += changes[sample];
    const last = unseen[unseen.length - 1];
    if (seeing === 0 && last?.[1] === sample) {
      last[1]++;
    } else if (seeing === 0) {
      unseen.push([sample, sample + 1]);
    }
  }
  return unseen;
}

/** Least and largest center of the steps; null if there are none. */
export function outerCenters({ values, columns }: Table): [number, number] | null {
  let [least, largest] = [Infinity, -Infinity];
  for (let center = 2; center < values.length; center += columns) {
    [least, largest] = [Math.min(least, values[center]), Math.max(largest, values[center])];
  }
  return least <= largest ? [least, largest] : null;
}
