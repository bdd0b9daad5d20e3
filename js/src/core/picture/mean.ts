import type { MeanOf, Tile } from "../tiles/tiles.js";
import { classNamed, type Facts, hasAllInstances } from "./facts.js";

/** A mean over the instances of a true or predicted class. Names are those of Python's trait. */
export interface Mean {
  readonly by: "true" | "predicted";
  /** Index of the class. */
  readonly of: number;
}

/** Mean and standard deviation of each value, over the tiles that have it: series may differ in length. */
export function meanOf(key: string, tiles: readonly Tile[], of: number): Tile {
  const [{ channels }] = tiles;
  const lengths = tiles.map((tile) => tile.samples);
  const samples = Math.max(...lengths);
  const length = samples * channels;
  const counts = new Uint32Array(length);
  const means = new Float64Array(length);
  const squares = new Float64Array(length);
  for (const { values } of tiles) {
    for (let place = 0; place < values.length; place++) {
      const value = values[place];
      // NaN is a gap, and is left out of the mean.
      if (!Number.isNaN(value)) {
        const off = value - means[place];
        means[place] += off / ++counts[place];
        squares[place] += off * (value - means[place]);
      }
    }
  }
  const values = Float32Array.from(means, (mean, place) => (counts[place] > 0 ? mean : NaN));
  const spread = Float32Array.from(squares, (square, place) =>
    counts[place] > 0 ? Math.sqrt(square / counts[place]) : NaN,
  );
  const unequal = lengths.some((one) => one < samples);
  const mean = { count: tiles.length, of, partial: false, ...(unequal && { lengths }) };
  const gaps = tiles.flatMap(({ gap }) => gap ?? []);
  const gap = gaps.length > 0 ? Math.max(...gaps) : null;
  return { key, values, samples, channels, gap, error: null, spread, mean };
}

/** Number of instances of a mean that have a sample. */
export const instancesAt = ({ count, lengths }: MeanOf, sample: number): number =>
  lengths?.filter((length) => length > sample).length ?? count;

/** Number of instances of a mean that have each of its samples. */
export function instanceCounts({ count, lengths }: MeanOf, samples: number): Float64Array {
  const counts = new Float64Array(samples).fill(count);
  const rising = [...(lengths ?? [])].sort((one, other) => one - other);
  for (let ended = 1; ended <= rising.length; ended++) {
    counts.fill(count - ended, rising[ended - 1], rising[ended] ?? samples);
  }
  return counts;
}

/** Description of the instances of a mean. */
export const meanName = ({ by, of }: Mean, facts: Facts): string =>
  `${by} ${classNamed(facts.class_names[of] ?? String(of))}`;

const onPage = (facts: Facts): string => (hasAllInstances(facts) ? "" : " on this page");

const among = (count: number, of: number): string =>
  `${count === of ? "" : `${count} of `}the ${of === 1 ? "one instance" : `${of} instances`}`;

/** Description of a mean and of how many instances it was computed from. */
export const meanText = (mean: Mean, { mean: taken }: Tile, facts: Facts): string =>
  taken
    ? `mean of ${among(taken.count, taken.of)} of ${meanName(mean, facts)}${onPage(facts)}${taken.partial ? " so far, computing …" : ""}${lengthsText(taken)}; band: ± one standard deviation`
    : "";

/** Of series of unequal length, how many a time step averages. */
function lengthsText(taken: MeanOf): string {
  const fewest = instancesAt(taken, Math.max(...(taken.lengths ?? [0])) - 1);
  return fewest < taken.count ? `; at each time step, of those that have it: ${taken.count} to ${fewest}` : "";
}
