// The model of a page: scores of any series, and maps of those methods that need few passes.

import type { NetworkFinding } from "../core/picture/checks.js";
import type { Contributions, Stage } from "../core/picture/contributions.js";
import type { JobArray } from "../core/picture/job_results.js";
import { CLASS_ACTIVATION, classActivation } from "./class_activation.js";
import type { Engine, Values } from "./engine.js";
import type { Operation } from "./network.js";
import { type Placing, placed } from "./placing.js";
import { probabilitiesOf, type Reading, scoresOf, slopesOf } from "./scores.js";

/** Description of the model by Python; see cam1d_widget/frameworks/portable_classifier.py. */
export interface Description extends Reading {
  operations: Operation[];
  shapes: Record<number, number[]>;
  /** Ranges of the weights that are float16: first value, number of values. */
  halves: [number, number][];
  /** Value that holds the scores, and that of the explained map. */
  scores: number;
  map: number | null;
  placing: Placing | null;
  /** Whether the scores are an affine function of that map. */
  affine: boolean;
  /** First sample, sample after the last, and center of each of its steps. */
  steps: [number, number, number][];
  /** Values that become the map filter by filter; see cam1d_widget/network/stages.py. */
  stages: DescribedStage[];
  /** Value of each channel that replaces a window. */
  baseline: number[];
  /** Nodes of the path of Integrated Gradients, from 0 to 1, and their weights; more of them from path to path. */
  paths: Path[];
  /** Share of the score's difference that the map of a path may miss. */
  tolerance: number;
  /** Windows [start, stop) of Occlusion, one list for each size; empty if Python chooses them by the series. */
  windows: Slices[];
  /** Labels of the methods whose maps the page can compute. */
  methods: string[];
  /** Labels of those whose steps' values add up to the score minus its bias. */
  sums: string[];
  /** Result of the check of the network; none in a notebook, whose kernel runs the checks. */
  network_finding?: NetworkFinding;
}

interface DescribedStage extends Pick<Stage, "name" | "kind" | "pools"> {
  value: number;
  /** Positions [start, stop) from which each position of the next stage is computed; none of the last stage. */
  sources: [number, number][];
}

interface Slices {
  start: number[];
  stop: number[];
}

interface Path {
  nodes: number[];
  weights: number[];
}

/** Scores of a series. */
export interface PageScores {
  scores: number[];
  probabilities: number[] | null;
}

/** A map, and the share of the score that its sum misses; null if no sum is promised. */
export type PageMap = Values & { gap: number | null };

export type PageMaps = ReadonlyMap<number, PageMap>;

/** Distance from 1 to the next float32. */
const EPSILON = 2 ** -23;

/** Series in one pass. */
const BATCH = 32;

export class PageModel {
  private ofZeros: number[] | null = null;

  constructor(
    private readonly engine: Engine,
    private readonly description: Description,
  ) {}

  /** Release the weights. */
  dispose(): void {
    this.engine.dispose();
  }

  /** Number of values of a series. */
  get values(): number {
    const [time, channels] = this.description.shapes[0];
    return time * channels;
  }

  /** Value of each channel that replaces a window. */
  get baseline(): number[] {
    return this.description.baseline;
  }

  /** Result of the check of the network; null in a notebook. */
  get networkFinding(): NetworkFinding | null {
    return this.description.network_finding ?? null;
  }

  /** Scores of one series (time, channel). */
  scores(series: Float32Array): PageScores {
    const scores = scoresOf(this.units(series), this.description);
    return { scores, probabilities: this.probabilities(scores) };
  }

  /** Probabilities of all classes; null if there are none. */
  probabilities(scores: number[]): number[] | null {
    return probabilitiesOf(scores, this.description);
  }

  /** A series with the samples [first, stop) replaced by the baseline. */
  without(series: Float32Array, first: number, stop: number): Float32Array {
    const { baseline } = this.description;
    const channels = baseline.length;
    const replaced = series.slice();
    for (let place = first * channels; place < stop * channels; place++) {
      replaced[place] = baseline[place % channels];
    }
    return replaced;
  }

  /** Whether the page can compute maps of a method. */
  offers(method: string): boolean {
    return this.description.methods.includes(method);
  }

  /** Whether a map of a method takes no longer than a frame or two, since few passes suffice. */
  isQuick(method: string): boolean {
    return !["Occlusion", "Integrated Gradients"].includes(method);
  }

  /**
   * Maps of a method by class, (time, channel), or (time, 1) for all channels together: of the explained class, and of
   * all if they cost no more. Yields the completed share.
   */
  *maps(method: string, series: Float32Array, target: number): Generator<number, PageMaps> {
    const [time, channels] = this.description.shapes[0];
    const one = (channels: number, data: Float32Array, gap: number | null = null) =>
      new Map([[target, { shape: [time, channels], data, gap }]]);
    if (method in CLASS_ACTIVATION) {
      const { values, gap } = this.steps(method, series, target);
      return one(1, placed(values, this.description.placing!), gap);
    }
    if (method === "Occlusion") {
      return yield* this.occluded(series);
    }
    if (method === "Integrated Gradients") {
      const { values, expected } = yield* this.integrated(series, target);
      return one(channels, values, shareMissed(values, expected));
    }
    const gradient = this.gradient(series, target);
    return one(channels, method === "Saliency" ? gradient : gradient.map((slope, place) => slope * series[place]));
  }

  /** Score drops when windows of a channel are replaced, averaged over windows and sizes. */
  private *occluded(series: Float32Array): Generator<number, PageMaps> {
    const { windows, baseline, shapes } = this.description;
    const [time, channels] = shapes[0];
    const whole = this.scores(series).scores;
    const maps = whole.map(() => new Float64Array(series.length));
    const pieces = windows.flatMap((slices) => {
      const cover = coverOf(slices, time);
      return slices.start.flatMap((first, window) =>
        baseline.map((_, channel) => ({ first, stop: slices.stop[window], channel, cover })),
      );
    });
    for (let begun = 0; begun < pieces.length; begun += BATCH) {
      yield begun / pieces.length;
      const batch = pieces.slice(begun, begun + BATCH);
      const replaced = new Float32Array(batch.length * series.length);
      batch.forEach(({ first, stop, channel }, one) => {
        replaced.set(series, one * series.length);
        for (let sample = first; sample < stop; sample++) {
          replaced[one * series.length + sample * channels + channel] = baseline[channel];
        }
      });
      this.scoresOfMany(replaced, batch.length).forEach((scores, one) => {
        const { first, stop, channel, cover } = batch[one];
        scores.forEach((score, target) => {
          for (let sample = first; sample < stop; sample++) {
            maps[target][sample * channels + channel] += (whole[target] - score) / cover[sample] / windows.length;
          }
        });
      });
    }
    const shape = [time, channels];
    return new Map(maps.map((map, target) => [target, { shape, data: Float32Array.from(map), gap: null }]));
  }

  /** Scores of several series, one after the other. */
  scoresOfMany(series: Float32Array, count: number): number[][] {
    const { shapes, scores } = this.description;
    const known = new Map([[0, { shape: [count, ...shapes[0]], data: series }]]);
    const { data } = this.engine.forward(known, [scores])[0];
    const units = data.length / count;
    return Array.from({ length: count }, (_, one) =>
      scoresOf(data.subarray(one * units, (one + 1) * units), this.description),
    );
  }

  /** Layer whose steps add up to a score; null if there is none. */
  get explained(): string | null {
    return this.description.stages.at(-1)?.name ?? null;
  }

  /** How the steps of the explained layer add up to the score of a class, as cam1d_widget/inside/contributions.py says. */
  contributions(series: Float32Array, target: number): Contributions {
    const { scores, map, affine, steps, stages } = this.description;
    const values = stages.map(({ value }) => value);
    const [units, ...maps] = this.engine.forward(this.known(series), [scores, ...values]);
    const activations = withoutBatch(maps[maps.length - 1]);
    const weights = withoutBatch(this.gradientByMap(series, units, maps[maps.length - 1], target));
    const score = scoresOf(units.data, this.description)[target];
    const total = activations.values.reduce((sum, value, place) => sum + value * weights.values[place], 0);
    return {
      layer: this.explained!,
      score,
      rest: score - total,
      affine,
      padded: false,
      filters: Array.from({ length: this.description.shapes[map!][1] }, (_, filter) => filter),
      activations,
      weights,
      others: new Float32Array(steps.length),
      steps: Float32Array.from(steps.flat()),
      stages: stages.map(({ sources, ...stage }, place) => ({
        ...stage,
        map: withoutBatch(maps[place]),
        sources: sources.length > 0 ? Float32Array.from(sources.flat()) : null,
      })),
    };
  }

  /** Gradient of one filter of the first stage at a position, by the samples (time, channel). */
  gradientOfFilter(series: Float32Array, position: number, filter: number): JobArray {
    const { shapes, stages } = this.description;
    const [positions, filters] = shapes[stages[0].value];
    const chosen = new Float32Array(positions * filters);
    chosen[position * filters + filter] = 1;
    const weights = { shape: [1, positions, filters], data: chosen };
    return withoutBatch(this.engine.gradient(this.known(series), stages[0].value, weights, 0));
  }

  private gradientByMap(series: Float32Array, units: Values, features: Values, target: number): Values {
    const { scores, map } = this.description;
    const known = new Map([...this.known(series), [map!, features]]);
    const slopes = { shape: units.shape, data: slopesOf(units.data, target, this.description) };
    return this.engine.gradient(known, scores, slopes, map!);
  }

  private steps(method: string, series: Float32Array, target: number): { values: Float32Array; gap: number | null } {
    const { scores, map, shapes, sums } = this.description;
    const [steps, filters] = shapes[map!];
    const [units, features] = this.engine.forward(this.known(series), [scores, map!]);
    const gradients = this.gradientByMap(series, units, features, target).data;
    const values = classActivation(method, { features: features.data, gradients, steps, filters });
    if (!sums.includes(method)) {
      return { values, gap: null };
    }
    const expected = scoresOf(units.data, this.description)[target] - this.bias[target];
    // The values of CAM average to the score.
    return { values, gap: shareMissed(values, method === "CAM" ? steps * expected : expected) };
  }

  /** Scores of features that are zero. */
  private get bias(): number[] {
    if (!this.ofZeros) {
      const { scores, map, shapes } = this.description;
      const [steps, filters] = shapes[map!];
      const zeros = { shape: [1, steps, filters], data: new Float32Array(steps * filters) };
      const known = new Map([...this.known(new Float32Array(this.values)), [map!, zeros]]);
      this.ofZeros = scoresOf(this.engine.forward(known, [scores])[0].data, this.description);
    }
    return this.ofZeros;
  }

  /** Integrated Gradients, with more nodes where the map misses too much of the score's difference. */
  private *integrated(
    series: Float32Array,
    target: number,
  ): Generator<number, { values: Float32Array; expected: number }> {
    const { baseline, paths, tolerance } = this.description;
    const origin = series.map((_, place) => baseline[place % baseline.length]);
    const expected = this.scores(series).scores[target] - this.scores(origin).scores[target];
    const misses = (map: Float32Array) => Math.abs(map.reduce((sum, one) => sum + one, 0) - expected);
    let values = yield* this.alongPath(series, origin, target, paths[0]);
    for (const path of paths.slice(1)) {
      if (misses(values) > tolerance * Math.abs(expected)) {
        values = yield* this.alongPath(series, origin, target, path);
      }
    }
    return { values, expected };
  }

  private *alongPath(
    series: Float32Array,
    origin: Float32Array,
    target: number,
    { nodes, weights }: Path,
  ): Generator<number, Float32Array> {
    const mean = new Float64Array(series.length);
    for (const [one, node] of nodes.entries()) {
      yield one / nodes.length;
      const between = series.map((value, place) => origin[place] + node * (value - origin[place]));
      this.gradient(between, target).forEach((slope, place) => {
        mean[place] += weights[one] * slope;
      });
    }
    return series.map((value, place) => (value - origin[place]) * mean[place]);
  }

  private gradient(series: Float32Array, target: number): Float32Array {
    const units = this.units(series);
    const slopes = { shape: [1, units.length], data: slopesOf(units, target, this.description) };
    return this.engine.gradient(this.known(series), this.description.scores, slopes, 0).data;
  }

  private units(series: Float32Array): Float32Array {
    return this.engine.forward(this.known(series), [this.description.scores])[0].data;
  }

  private known(series: Float32Array): Map<number, Values> {
    return new Map([[0, { shape: [1, ...this.description.shapes[0]], data: series }]]);
  }
}

/** Completeness gap of values, as cam1d_widget/attribution/metrics/completeness.py defines it. */
function shareMissed(values: Float32Array, expected: number): number {
  const [total, mass] = values.reduce(([sum, size], one) => [sum + one, size + Math.abs(one)], [0, 0]);
  return Math.abs(total - expected) / Math.max(Math.abs(expected), 0.1 * mass, EPSILON);
}

const withoutBatch = ({ shape, data }: Values): JobArray => ({ shape: shape.slice(1), values: data });

/** Number of windows that cover each sample. */
function coverOf({ start, stop }: Slices, time: number): Float64Array {
  const cover = new Float64Array(time);
  start.forEach((first, window) => {
    for (let sample = first; sample < stop[window]; sample++) {
      cover[sample]++;
    }
  });
  return cover;
}
