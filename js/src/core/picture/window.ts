import type { Picture } from "./picture.js";

/** Samples [first, stop) that somebody chose, or says to be the true place. */
export type Window = readonly [number, number];

/** What somebody wrote of a window of an instance. */
export interface Annotation {
  readonly instance: number;
  readonly window: Window;
  readonly text: string;
}

/** What a map has within windows. */
export interface Inside {
  /** ExportPart of the sum of all magnitudes. */
  readonly share: number;
  readonly sum: number;
  /** ExportPart of the samples. */
  readonly time: number;
  /** Whether the value of the largest magnitude is in them. */
  readonly peak: boolean;
}

/** Of the map as it is, whatever is done to its colors. */
export function insideOf({ attribution }: Picture, windows: readonly Window[]): Inside {
  const { values, samples, channels } = attribution;
  const chosen = new Uint8Array(samples);
  windows.forEach(([first, stop]) => chosen.fill(1, first, stop));
  let [inside, total, sum, largest, peak] = [0, 0, 0, -1, false];
  for (let place = 0; place < values.length; place++) {
    const magnitude = Math.abs(values[place]);
    const within = chosen[Math.floor(place / channels)] === 1;
    total += magnitude;
    inside += within ? magnitude : 0;
    sum += within ? values[place] : 0;
    if (magnitude > largest) {
      [largest, peak] = [magnitude, within];
    }
  }
  const count = chosen.reduce((count, one) => count + one, 0);
  return { share: total > 0 ? inside / total : 0, sum, time: count / samples, peak };
}

/** The window between two samples, whichever came first; a click is none. */
export const windowBetween = (one: number, other: number): Window | null =>
  one === other ? null : [Math.min(one, other), Math.max(one, other) + 1];
