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
