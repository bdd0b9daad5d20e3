const FACTOR = 4;

/** Which of two samples stands for both. */
type Better = (candidate: number, holder: number) => boolean;

/**
 * For stretches of 4, 16, 64, ... samples of a column, the sample that stands for the stretch, so that a picture of
 * a million samples looks at some thousand of them. What is not a number stands for nothing but its like.
 */
export class Pyramid {
  private readonly levels: Int32Array[] = [];

  constructor(
    private readonly value: (sample: number) => number,
    private readonly samples: number,
    private readonly better: Better,
  ) {
    for (let size = samples; size > FACTOR; ) {
      size = Math.ceil(size / FACTOR);
      this.levels.push(this.level(size, this.levels[this.levels.length - 1]));
    }
  }

  private level(size: number, below: Int32Array | undefined): Int32Array {
    const holders = new Int32Array(size);
    const count = below ? below.length : this.samples;
    for (let place = 0; place < size; place++) {
      const stop = Math.min(count, (place + 1) * FACTOR);
      let holder = below ? below[place * FACTOR] : place * FACTOR;
      for (let child = place * FACTOR + 1; child < stop; child++) {
        holder = this.of(below ? below[child] : child, holder);
      }
      holders[place] = holder;
    }
    return holders;
  }

  private of(candidate: number, holder: number): number {
    const [one, other] = [this.value(candidate), this.value(holder)];
    return Number.isNaN(other) || this.better(one, other) ? candidate : holder;
  }

  /** Sample that stands for [start, stop), which must not be empty: found by few blocks and few samples at their ends. */
  holder(start: number, stop: number): number {
    let holder = start;
    for (let place = start; place < stop; ) {
      let [level, size] = [-1, 1];
      while (level + 1 < this.levels.length && place % (size * FACTOR) === 0 && place + size * FACTOR <= stop) {
        level++;
        size *= FACTOR;
      }
      holder = this.of(level < 0 ? place : this.levels[level][place / size], holder);
      place += size;
    }
    return holder;
  }
}

export const lowest: Better = (candidate, holder) => candidate < holder;
export const highest: Better = (candidate, holder) => candidate > holder;
export const largest: Better = (candidate, holder) => Math.abs(candidate) > Math.abs(holder);
