import { type Kind, Pyramid } from "./pyramid.js";

/** Numbers of one channel within a tile, and which of many stand for a stretch of them. */
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

  /** Of samples [start, stop), which must not be empty, the value that stands for all. */
  extreme(kind: Kind, start: number, stop: number): number {
    return this.pyramid(kind).value(start, stop);
  }

  /** Of the samples from each edge to the next, the value that stands for them; in blocks of `grain`. */
  extremes(kind: Kind, edges: Int32Array, grain: number): Float32Array {
    return this.pyramid(kind).stretches(edges, grain);
  }

  /** Pyramids are made when they are first needed: a short series needs none. */
  private pyramid(kind: Kind): Pyramid {
    let pyramid = this.pyramids.get(kind);
    if (!pyramid) {
      this.together ??= this.gathered();
      pyramid = new Pyramid(this.together, kind);
      this.pyramids.set(kind, pyramid);
    }
    return pyramid;
  }

  /** The channel's values side by side: read from among the others, each would cost a line of the processor's cache. */
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

/** One column a channel of values that stand sample by sample. */
export const columnsOf = (values: Float32Array, samples: number, channels: number): Column[] =>
  Array.from({ length: channels }, (_, channel) => new Column(values, channel, channels, samples));
