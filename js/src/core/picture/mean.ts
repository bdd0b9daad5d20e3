import type { Tile } from "../tiles/tiles.js";
import { classNamed, type Facts } from "./facts.js";

/** The instances whose mean is shown: those of a true or of a predicted class. The same words as the trait of Python. */
export interface Mean {
  readonly by: "true" | "predicted";
  /** Index of the class. */
  readonly of: number;
}

/** Of tiles of one shape, the mean of each value, and its standard deviation over them. */
export function meanOf(key: string, tiles: readonly Tile[], of: number): Tile {
  const [{ samples, channels }] = tiles;
  const length = samples * channels;
  const counts = new Uint32Array(length);
  const means = new Float64Array(length);
  const squares = new Float64Array(length);
  for (const { values } of tiles) {
    for (let place = 0; place < length; place++) {
      const value = values[place];
      // A gap is no value: the mean is of the others.
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

/** Of which instances a mean is, in words. */
export const meanName = ({ by, of }: Mean, facts: Facts): string =>
  `${by} ${classNamed(facts.class_names[of] ?? String(of))}`;

const onPage = ({ instances }: Facts): string => (instances.some((one, place) => one !== place) ? " on this page" : "");

const among = (count: number, of: number): string =>
  `${count === of ? "" : `${count} of `}the ${of === 1 ? "one instance" : `${of} instances`}`;

/** Over how many of them it was taken. */
export const meanText = (mean: Mean, { mean: taken }: Tile, facts: Facts): string =>
  taken
    ? `mean of ${among(taken.count, taken.of)} of ${meanName(mean, facts)}${onPage(facts)}${taken.partial ? " so far, computing …" : ""}; band: ± one standard deviation`
    : "";
