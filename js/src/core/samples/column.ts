import { type Kind, Pyramid } from "./pyramid.js";

/** One channel of a tile, with extreme values over intervals. */
export class Column {
  private readonly pyramids = new Map<Kind, Pyramid>();
  private together: Float32Array | null = null;

  constructor(
    private readonly values: Float32Array,
    private readonly offset: number,
    private readonly stride: number,
    readonly samples: number,
  ) {}

  at(sample: number): number {
    return this.together ? this.together[sample] : this.values[this.offset + sample * this.stride];
  }

  /** Extreme value over the samples [start, stop), which must not be empty. */
  extreme(kind: Kind, start: number, stop: number): number {
    return this.pyramid(kind).value(start, stop);
  }

  /** Extreme value between successive edges, which are multiples of `grain`. */
  extremes(kind: Kind, edges: Int32Array, grain: number): Float32Array {
    return this.pyramid(kind).stretches(edges, grain);
  }

  /** Pyramids are built on demand: short series need none. */
  private pyramid(kind: Kind): Pyramid {
    let pyramid = this.pyramids.get(kind);
    if (!pyramid) {
      this.together ??= this.gathered();
      pyramid = new Pyramid(this.together, kind);
      this.pyramids.set(kind, pyramid);
    }
    return pyramid;
  }

  /** Contiguous copy of the channel: interleaved values would each cost a cache line. */
  private gathered(): Float32Array {
    if (this.stride === 1) {
      return this.values;
    }
    const values = new Float32Array(this.samples);
    for (let sample = 0; sample < this.samples; sample++) {
      values[sample] = this.values[this.offset + sample * this.stride];
    }
    return values;
  }
}

/** One column per channel of interleaved values. */
export const columnsOf = (values: Float32Array, samples: number, channels: number): Column[] =>
  Array.from({ length: channels }, (_, channel) => new Column(values, channel, channels, samples));
