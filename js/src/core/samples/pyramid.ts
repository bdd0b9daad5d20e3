// biome-ignore-all lint/suspicious/noSelfCompare: a call in its place makes these loops slower
const SHIFT = 2;
const FACTOR = 1 << SHIFT;

/** Which extreme represents two values: the minimum, the maximum, or the value of larger magnitude. */
export type Kind = "lowest" | "highest" | "largest";

/**
 * Extreme values of blocks of 4, 16, 64, ... values, so that a picture of a million samples reads only a few thousand.
 * NaN represents only blocks of NaN.
 */
export class Pyramid {
  private readonly levels: Float32Array[];

  constructor(
    values: Float32Array,
    private readonly kind: Kind,
  ) {
    this.levels = [values];
  }

  /** Levels are built on demand: with few values per pixel, none is needed. */
  private level(level: number): Float32Array {
    while (this.levels.length <= level) {
      this.levels.push(this.above(this.levels[this.levels.length - 1]));
    }
    return this.levels[level];
  }

  private above(below: Float32Array): Float32Array {
    const level = new Float32Array(Math.ceil(below.length / FACTOR));
    for (let place = 0; place < level.length; place++) {
      level[place] = PICK[this.kind](below, place * FACTOR, Math.min(below.length, (place + 1) * FACTOR), NaN);
    }
    return level;
  }

  /** Extreme value over [start, stop). */
  value(start: number, stop: number): number {
    return PICK[this.kind](this.levels[0], start, stop, NaN);
  }

  /** Extreme values between successive edges, NaN for empty intervals. Edges are multiples of `grain`, or the end. */
  stretches(edges: Int32Array, grain: number): Float32Array {
    const level = Math.round(Math.log(grain) / Math.log(FACTOR));
    const [fine, coarse] = [this.level(level), this.level(level + 1)];
    const pick = PICK[this.kind];
    const found = new Float32Array(Math.max(0, edges.length - 1));
    // Integer shifts: with fractions, finding the blocks took as long as reading them.
    const shift = SHIFT * level;
    for (let place = 0; place < found.length; place++) {
      const start = edges[place] >> shift;
      const stop = edges[place] < edges[place + 1] ? (edges[place + 1] + grain - 1) >> shift : start;
      // The inner part is read in blocks of the next level.
      const first = Math.min(stop, ((start + FACTOR - 1) >> SHIFT) << SHIFT);
      const last = Math.max(first, (stop >> SHIFT) << SHIFT);
      const ends = pick(fine, last, stop, pick(fine, start, first, NaN));
      found[place] = pick(coarse, first >> SHIFT, last >> SHIFT, ends);
    }
    return found;
  }
}

/** Largest block size of which `parts` blocks fit into `width` values. */
export const grainOf = (width: number, parts: number): number =>
  width < FACTOR * parts ? 1 : FACTOR ** Math.floor(Math.log(width / parts) / Math.log(FACTOR));

// Separate loops without function calls: they take most of the time for large series. NaN as the holder yields to any
// value.
const PICK: Record<Kind, (values: Float32Array, start: number, stop: number, holder: number) => number> = {
  lowest(values, start, stop, holder) {
    for (let place = start; place < stop; place++) {
      holder = values[place] < holder || holder !== holder ? values[place] : holder;
    }
    return holder;
  },
  highest(values, start, stop, holder) {
    for (let place = start; place < stop; place++) {
      holder = values[place] > holder || holder !== holder ? values[place] : holder;
    }
    return holder;
  },
  largest(values, start, stop, holder) {
    for (let place = start; place < stop; place++) {
      holder = Math.abs(values[place]) > Math.abs(holder) || holder !== holder ? values[place] : holder;
    }
    return holder;
  },
};
