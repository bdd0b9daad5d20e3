/** Interval of the time axis, in its unit. */
export type Stretch = readonly [number, number];

/** Minimum number of visible samples. */
const LEAST = 4;

/** The view zoomed by a factor about a position, limited to the whole series. */
export function zoomed([left, right]: Stretch, all: Stretch, at: number, factor: number, sample: number): Stretch {
  const width = Math.min(all[1] - all[0], Math.max(LEAST * sample, (right - left) / factor));
  const share = right > left ? (at - left) / (right - left) : 0.5;
  return within([at - share * width, at + (1 - share) * width], all);
}

/** The view if it contains a position; otherwise the view centered on it. */
export function containing(view: Stretch, all: Stretch, at: number): Stretch {
  return at >= view[0] && at <= view[1] ? view : centered(view, all, at);
}

/** The view centered on a position, as far as the series allows. */
export function centered(view: Stretch, all: Stretch, at: number): Stretch {
  const half = (view[1] - view[0]) / 2;
  return within([at - half, at + half], all);
}

/** Interval of the cells of this many samples. */
export const wholeOf = (samples: number, rate: number): Stretch => [-0.5 / rate, (samples - 0.5) / rate];

/**
 * The view on another whole series: all of it if the view showed all of the former one, otherwise the same interval, or
 * one as wide as far as the series allows.
 */
export const fitted = (view: Stretch, before: Stretch, all: Stretch): Stretch =>
  same(view, before) ? all : within(view, all);

const same = (one: Stretch, other: Stretch): boolean =>
  one.every((edge, place) => Math.abs(edge - other[place]) < 1e-6 * (other[1] - other[0]));

/** Keeps the zoom from series to series. A shorter one in between does not change it for the others. */
export class Zoom {
  private all: Stretch | null = null;
  /** Null for the whole series. */
  private wanted: Stretch | null = null;
  private given: Stretch | null = null;

  /** `wholes` are those of all series: the first view may be that of another one than is shown first. */
  constructor(private readonly wholes: () => readonly Stretch[]) {}

  /** View on a series, from the view on the one before. */
  next(view: Stretch, all: Stretch): Stretch {
    if (this.given === null || !same(view, this.given)) {
      const wholes = this.all ? [this.all] : this.wholes();
      this.wanted = wholes.some((whole) => same(view, whole)) ? null : view;
    }
    this.all = all;
    this.given = this.wanted === null ? all : within(this.wanted, all);
    return this.given;
  }
}

function within([left, right]: Stretch, all: Stretch): Stretch {
  const moved = Math.max(0, all[0] - left) - Math.max(0, right - all[1]);
  return [Math.max(all[0], left + moved), Math.min(all[1], right + moved)];
}
