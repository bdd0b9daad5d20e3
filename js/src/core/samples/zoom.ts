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

function within([left, right]: Stretch, all: Stretch): Stretch {
  const moved = Math.max(0, all[0] - left) - Math.max(0, right - all[1]);
  return [Math.max(all[0], left + moved), Math.min(all[1], right + moved)];
}
