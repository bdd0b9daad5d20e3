import type { Window } from "../picture/window.js";

/** A change of some channels of a series within a window of samples. */
interface Stretch {
  readonly window: Window;
  readonly channels: readonly number[];
}

/** One change of a series. Plain JSON: links contain it. */
export type Edit =
  /** Adds a number to each channel, in the order of `channels`. */
  | (Stretch & { readonly do: "move"; readonly by: readonly number[] })
  /** Multiplies the distance from the baseline. */
  | (Stretch & { readonly do: "scale"; readonly by: number })
  /** Replaces by the baseline. */
  | (Stretch & { readonly do: "flatten" })
  /** Moving mean over an odd number of samples. */
  | (Stretch & { readonly do: "smooth"; readonly over: number })
  /** Moves by a number of samples; what it leaves becomes the baseline. */
  | (Stretch & { readonly do: "shift"; readonly by: number })
  /** Adds normal noise, with a standard deviation for each channel. */
  | (Stretch & { readonly do: "noise"; readonly by: readonly number[]; readonly seed: number })
  /** Exchanges the first channel with the second. */
  | (Stretch & { readonly do: "exchange" })
  /** Replaces by the same samples of another instance. */
  | (Stretch & { readonly do: "take"; readonly instance: number })
  /** Replaces the whole series by values (time, channel). */
  | { readonly do: "replace"; readonly values: readonly number[] };

/** A series: all channels of sample 0, then of sample 1, ... */
export interface Series {
  readonly values: Float32Array;
  readonly samples: number;
  readonly channels: number;
}

/** Data that edits refer to besides the series itself. */
export interface Surroundings {
  /** Baseline of each channel, which replaces flattened samples. */
  readonly baseline: readonly number[];
  /** Another instance; undefined if it is not available. */
  seriesOf(instance: number): Series | undefined;
}

/** The series after some edits; itself if there are none. */
export function edited(series: Series, edits: readonly Edit[], around: Surroundings): Float32Array {
  return edits.reduce((values, edit) => changed({ ...series, values }, edit, around), series.values);
}

function changed(series: Series, edit: Edit, around: Surroundings): Float32Array {
  if (edit.do === "replace") {
    return Float32Array.from(edit.values);
  }
  const { samples, channels } = series;
  const values = series.values.slice();
  const first = Math.max(0, edit.window[0]);
  const stop = Math.min(samples, edit.window[1]);
  const each = (value: (sample: number, channel: number, which: number) => number | undefined): void =>
    edit.channels.forEach((channel, which) => {
      for (let sample = first; sample < stop; sample++) {
        const place = sample * channels + channel;
        values[place] = value(sample, channel, which) ?? values[place];
      }
    });
  const at = (sample: number, channel: number): number => series.values[sample * channels + channel];
  switch (edit.do) {
    case "move":
      each((sample, channel, which) => at(sample, channel) + edit.by[which]);
      break;
    case "scale":
      each((sample, channel) => around.baseline[channel] + edit.by * (at(sample, channel) - around.baseline[channel]));
      break;
    case "flatten":
      each((_, channel) => around.baseline[channel]);
      break;
    case "smooth":
      each((sample, channel) => meanAround(sample, channel, series, (edit.over - 1) / 2));
      break;
    case "shift":
      each((_, channel) => around.baseline[channel]);
      for (const channel of edit.channels) {
        for (let sample = Math.max(first, -edit.by); sample < Math.min(stop, samples - edit.by); sample++) {
          values[(sample + edit.by) * channels + channel] = at(sample, channel);
        }
      }
      break;
    case "noise": {
      const normal = normals(edit.seed);
      each((sample, channel, which) => at(sample, channel) + edit.by[which] * normal());
      break;
    }
    case "exchange":
      each((sample, _, which) => at(sample, edit.channels[1 - which]));
      break;
    case "take": {
      const other = around.seriesOf(edit.instance);
      each((sample, channel) =>
        other && sample < other.samples ? other.values[sample * channels + channel] : undefined,
      );
      break;
    }
  }
  return values;
}

/** Mean of the samples within a distance; a gap, which is NaN, stays one and is left out of the means around it. */
function meanAround(sample: number, channel: number, { values, samples, channels }: Series, reach: number): number {
  let [sum, count] = [0, 0];
  for (let one = Math.max(0, sample - reach); one <= Math.min(samples - 1, sample + reach); one++) {
    const value = values[one * channels + channel];
    if (!Number.isNaN(value)) {
      sum += value;
      count++;
    }
  }
  return Number.isNaN(values[sample * channels + channel]) ? NaN : sum / count;
}

/** Standard deviation of each channel, without gaps; 1 for a constant channel, so that it can be moved. */
export function spreads({ values, samples, channels }: Series): number[] {
  return Array.from({ length: channels }, (_, channel) => {
    const known = Array.from({ length: samples }, (_, sample) => values[sample * channels + channel]).filter(
      (value) => !Number.isNaN(value),
    );
    const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
    const square = known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / known.length;
    return square > 0 ? Math.sqrt(square) : 1;
  });
}

/** Normal numbers that a seed determines: mulberry32, and the method of Box and Muller. */
function normals(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
