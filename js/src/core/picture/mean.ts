import type { Tile } from "../tiles/tiles.js";
import { classNamed, type Facts } from "./facts.js";

/** A mean over the instances of a true or predicted class. Names are those of Python's trait. */
export interface Mean {
  readonly by: "true" | "predicted";
  /** Index of the class. */
  readonly of: number;
}

/** Mean and standard deviation of each value over tiles of equal shape. */
export function meanOf(key: string, tiles: readonly Tile[], of: number): Tile {
  const [{ samples, channels }] = tiles;
  const length = samples * channels;
  const counts = new Uint32Array(length);
  const means = new Float64Array(length);
  const squares = new Float64Array(length);
  for (const { values } of tiles) {
    for (let place = 0; place < length; place++) {
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
  const mean = { count: tiles.length, of, partial: false };
  const gaps = tiles.flatMap(({ gap }) => gap ?? []);
  const gap = gaps.length > 0 ? Math.max(...gaps) : null;
  return { key, values, samples, channels, gap, error: null, spread, mean };
}

/** Description of the instances of a mean. */
export const meanName = ({ by, of }: Mean, facts: Facts): string =>
  `${by} ${classNamed(facts.class_names[of] ?? String(of))}`;

const onPage = ({ instances }: Facts): string => (instances.some((one, place) => one !== place) ? " on this page" : "");

const among = (count: number, of: number): string =>
  `${count === of ? "" : `${count} of `}the ${of === 1 ? "one instance" : `${of} instances`}`;

/** Description of a mean and of how many instances it was computed from. */
export const meanText = (mean: Mean, { mean: taken }: Tile, facts: Facts): string =>
  taken
    ? `mean of ${among(taken.count, taken.of)} of ${meanName(mean, facts)}${onPage(facts)}${taken.partial ? " so far, computing …" : ""}; band: ± one standard deviation`
    : "";
