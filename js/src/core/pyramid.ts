const FACTOR = 4;

/** Which of two values stands for both: the least, the largest, or the one of the largest magnitude. */
export type Kind = "lowest" | "highest" | "largest";

/**
 * For stretches of 4, 16, 64, ... values the one that stands for the stretch, so that a picture of a million samples
 * looks at some thousand of them. What is not a number stands for nothing but its like.
 */
export class Pyramid {
  private readonly levels: Float32Array[];

  constructor(
    values: Float32Array,
    private readonly kind: Kind,
  ) {
    this.levels = [values];
  }

  /** Levels are made when they are first needed: where a pixel holds few values, none is. */
  private level(level: number): Float32Array {
    while (this.levels.length <= level) {
      this.levels.push(this.above(this.levels[this.levels.length - 1]));
    }
    return this.levels[level];
  }

  private above(below: Float32Array): Float32Array {
    const level = new Float32Array(Math.ceil(below.length / FACTOR));
    for (let place = 0; place < level.length; place++) {
      level[place] = PICK[this.kind](below, place * FACTOR, Math.min(below.length, (place + 1) * FACTOR));
    }
    return level;
  }

  /** The value that stands for [start, stop), whose ends are whole blocks of `grain` values, or the end of all. */
  value(start: number, stop: number, grain: number): number {
    const level = Math.round(Math.log(grain) / Math.log(FACTOR));
    return PICK[this.kind](this.level(level), start / grain, Math.ceil(stop / grain));
  }
}

/** Size of the blocks that a stretch of `width` values may be read in: at least `parts` of them make it up. */
export const grainOf = (width: number, parts: number): number =>
  width < FACTOR * parts ? 1 : FACTOR ** Math.floor(Math.log(width / parts) / Math.log(FACTOR));

// Each is a loop of its own, without a call in it: most of a large picture's time goes by here.
const PICK: Record<Kind, (values: Float32Array, start: number, stop: number) => number> = {
  lowest(values, start, stop) {
    let holder = values[start];
    for (let place = start + 1; place < stop; place++) {
      holder = values[place] < holder || holder !== holder ? values[place] : holder;
    }
    return holder;
  },
  highest(values, start, stop) {
    let holder = values[start];
    for (let place = start + 1; place < stop; place++) {
      holder = values[place] > holder || holder !== holder ? values[place] : holder;
    }
    return holder;
  },
  largest(values, start, stop) {
    let holder = values[start];
    for (let place = start + 1; place < stop; place++) {
      holder = Math.abs(values[place]) > Math.abs(holder) || holder !== holder ? values[place] : holder;
    }
    return holder;
  },
};
