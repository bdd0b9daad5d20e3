/** The center of sample i is at `origin + i * step`, in CSS pixels. */
export interface TimeAxis {
  readonly origin: number;
  readonly step: number;
  /** Number of samples of the series. */
  readonly samples: number;
  /** Number of samples of the whole axis, which may be that of a longer series. */
  readonly whole: number;
  /** Edges of the plot area. */
  readonly left: number;
  readonly right: number;
}

export const pixelOf = (sample: number, axis: TimeAxis): number => axis.origin + sample * axis.step;

/** Nearest sample to a pixel, or null if there is none. */
export function sampleAt(pixel: number, axis: TimeAxis): number | null {
  const sample = Math.round((pixel - axis.origin) / axis.step);
  return sample >= 0 && sample < axis.samples && pixel >= axis.left && pixel <= axis.right ? sample : null;
}

/** Visible interval as fractions of the whole axis. */
export function visibleFraction({ origin, step, whole, left, right }: TimeAxis): [number, number] {
  const share = (pixel: number): number => Math.max(0, Math.min(1, ((pixel - origin) / step + 0.5) / whole));
  return [share(left), share(right)];
}

/** First visible sample and the one after the last, with one more on each side so that lines reach the edges. */
export function visibleSamples(axis: TimeAxis): [number, number] {
  const first = Math.floor((axis.left - axis.origin) / axis.step) - 1;
  const last = Math.ceil((axis.right - axis.origin) / axis.step) + 1;
  return [Math.max(0, Math.min(axis.samples, first)), Math.max(0, Math.min(axis.samples, last + 1))];
}
