import type { JobArray, JobResult } from "./job_results.js";

/** Map of a layer from which the selected layer is computed filter by filter. */
export interface Stage {
  readonly name: string;
  readonly kind: string;
  /** How it pools positions of the stage before. */
  readonly pools: "maximum" | "mean" | null;
  /** (position, filter). */
  readonly map: JobArray;
  /** Positions [start, stop) from which each position of the next stage is computed; null for the last stage. */
  readonly sources: Float32Array | null;
}

/** How the steps of a layer add up to a class score; see cam1d_widget/inside/contributions.py. */
export interface Contributions {
  readonly layer: string;
  readonly score: number;
  /** What the contributions leave of the score. */
  readonly rest: number;
  /** Whether the score is an affine function of the activations. */
  readonly affine: boolean;
  /** Whether steps in the padding of the series are left out, which are part of `rest`. */
  readonly padded: boolean;
  /** Indices of the filters that are listed. */
  readonly filters: readonly number[];
  /** (step, filter), as `weights`. */
  readonly activations: JobArray;
  readonly weights: JobArray;
  /** Contribution at each step of filters that are not listed. */
  readonly others: Float32Array;
  /** First sample, sample after the last, and center of each step. */
  readonly steps: Float32Array;
  readonly stages: readonly Stage[];
}

export function contributionsOf({ content, arrays }: JobResult): Contributions {
  const { layer, score, rest, affine, padded, filters, stages } = content;
  return {
    layer,
    score,
    rest,
    affine,
    padded,
    filters,
    activations: arrays.activations,
    weights: arrays.weights,
    others: arrays.others.values,
    steps: arrays.steps.values,
    stages: stages.map(
      (stage: Pick<Stage, "name" | "kind" | "pools">, place: number): Stage => ({
        ...stage,
        map: arrays[`stage ${place}`],
        sources: arrays[`sources ${place}`]?.values ?? null,
      }),
    ),
  };
}

/** Name of each stage; of a layer that makes several, with what makes it, such as a convolution and its activation. */
export const namesOf = ({ stages }: Contributions): string[] =>
  stages.map(({ name, kind }) =>
    stages.filter((other) => other.name === name).length > 1 ? `${name} (${kind})` : name,
  );

export const stepsOf = ({ activations }: Contributions): number => activations.shape[0];

/** Values of one filter, given by its place in the list, at every position of a map. */
export const columnOf = ({ values, shape: [positions, filters] }: JobArray, place: number): Float32Array =>
  Float32Array.from({ length: positions }, (_, position) => values[position * filters + place]);

/** Contribution of a filter at a step. */
export function contribution({ activations, weights, filters }: Contributions, step: number, place: number): number {
  const at = step * filters.length + place;
  return activations.values[at] * weights.values[at];
}

/** Places of the filters, the largest contribution to a step first. */
export const rankedAt = (of: Contributions, step: number): number[] =>
  [...of.filters.keys()].sort(
    (one, other) => Math.abs(contribution(of, step, other)) - Math.abs(contribution(of, step, one)) || one - other,
  );

/** Contribution of a step, of all filters. */
export const contributionOfStep = (of: Contributions, step: number): number =>
  [...of.filters.keys()].reduce((sum, place) => sum + contribution(of, step, place), of.others[step]);

/** The score as a sum. */
export interface Terms {
  readonly filter: number;
  readonly otherFilters: number;
  readonly otherSteps: number;
  readonly rest: number;
}

export function termsOf(of: Contributions, step: number, place: number): Terms {
  const filter = contribution(of, step, place);
  const here = contributionOfStep(of, step);
  const steps = Array.from({ length: stepsOf(of) }, (_, one) => one).filter((one) => one !== step);
  const otherSteps = steps.reduce((sum, one) => sum + contributionOfStep(of, one), 0);
  return { filter, otherFilters: here - filter, otherSteps, rest: of.rest };
}

/** Position of each stage whose value reaches a step; of a pooled window that of the largest value. */
export function positionsOf({ stages, filters }: Contributions, step: number, place: number): number[] {
  const positions = [step];
  for (const { map, sources } of stages.slice(0, -1).reverse()) {
    const [start, stop] = sources!.subarray(2 * positions[0], 2 * positions[0] + 2);
    let largest = start;
    for (let position = start + 1; position < stop; position++) {
      const at = (one: number): number => map.values[one * filters.length + place];
      largest = at(position) > at(largest) ? position : largest;
    }
    positions.unshift(largest);
  }
  return positions;
}

/** The last stage before a pooling, and the positions [start, stop) of it that a step sees; the last stage without. */
export function beforePooling({ stages }: Contributions, step: number): { place: number; window: [number, number] } {
  const pooling = stages.map(({ pools }) => pools !== null).lastIndexOf(true);
  let window: [number, number] = [step, step + 1];
  const place = pooling > 0 ? pooling - 1 : stages.length - 1;
  for (const { sources } of stages.slice(place, -1).reverse()) {
    window = [sources![2 * window[0]], sources![2 * (window[1] - 1) + 1]];
  }
  return { place, window };
}
