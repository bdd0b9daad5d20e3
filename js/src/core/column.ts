import { Pyramid, highest, largest, lowest } from "./pyramid.js";

/** Numbers of one channel within a tile, and which of many stand for a stretch of them. */
export class Column {
  private readonly pyramids = new Map<typeof lowest, Pyramid>();

  constructor(
    private readonly values: Float32Array,
    private readonly offset: number,
    private readonly stride: number,
    readonly samples: number,
  ) {}

  at(sample: number): number {
    return this.values[this.offset + sample * this.stride];
  }

  lowest(start: number, stop: number): number {
    return this.pyramid(lowest).holder(start, stop);
  }

  highest(start: number, stop: number): number {
    return this.pyramid(highest).holder(start, stop);
  }

  /** Sample of the largest |value|. */
  largest(start: number, stop: number): number {
    return this.pyramid(largest).holder(start, stop);
  }

  private pyramid(better: typeof lowest): Pyramid {
    let pyramid = this.pyramids.get(better);
    if (!pyramid) {
      pyramid = new Pyramid((sample) => this.at(sample), this.samples, better);
      this.pyramids.set(better, pyramid);
    }
    return pyramid;
  }
}

/** One column a channel of values that stand sample by sample. */
export const columnsOf = (values: Float32Array, samples: number, channels: number): Column[] =>
  Array.from({ length: channels }, (_, channel) => new Column(values, channel, channels, samples));
