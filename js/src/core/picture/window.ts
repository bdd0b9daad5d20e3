import type { Picture } from "./picture.js";

/** Samples [first, stop) of a selected window or a true interval. */
export type Window = readonly [number, number];

/** A note on a window of an instance. */
export interface Annotation {
  readonly instance: number;
  readonly window: Window;
  readonly text: string;
}

/** What windows of a map contain. */
export interface WindowContent {
  /** Share of the sum of |value|. */
  readonly share: number;
  readonly sum: number;
  /** Share of the samples. */
  readonly time: number;
  /** Whether the windows contain the value of largest magnitude. */
  readonly peak: boolean;
}

/** Computed from the original map, independent of the display options. */
export function windowShare({ attribution }: Picture, windows: readonly Window[]): WindowContent {
  const { values, samples, channels } = attribution;
  const chosen = new Uint8Array(samples);
  windows.forEach(([first, stop]) => chosen.fill(1, first, stop));
  let [content, total, sum, largest, peak] = [0, 0, 0, -1, false];
  for (let place = 0; place < values.length; place++) {
    const magnitude = Math.abs(values[place]);
    const within = chosen[Math.floor(place / channels)] === 1;
    total += magnitude;
    content += within ? magnitude : 0;
    sum += within ? values[place] : 0;
    if (magnitude > largest) {
      [largest, peak] = [magnitude, within];
    }
  }
  const count = chosen.reduce((count, one) => count + one, 0);
  return { share: total > 0 ? content / total : 0, sum, time: count / samples, peak };
}

/** The part of a window within a series of this many samples; null if there is none. */
export const windowWithin = ([first, stop]: Window, samples: number): Window | null =>
  first < samples ? [first, Math.min(stop, samples)] : null;

/** Window between two samples in either order; null for a click. */
export const windowBetween = (one: number, other: number): Window | null =>
  one === other ? null : [Math.min(one, other), Math.max(one, other) + 1];
