import { type Bytes, bytesOf } from "./bytes.js";

/** A tile (one series or one attribution map), and its wire format. */

export interface Tile {
  readonly key: string;
  /** All channels of sample 0, then of sample 1, ... */
  readonly values: Float32Array;
  readonly samples: number;
  readonly channels: number;
  /** Completeness gap as a share of the score; null if no sum is promised. */
  readonly gap: number | null;
  /** Largest standard error of the values; null for deterministic maps. */
  readonly error: number | null;
  /** Standard error of each value, or standard deviation over the instances of a mean; null if unknown. */
  readonly spread: Float32Array | null;
  /** Instances of a mean; null for a single instance. */
  readonly mean: MeanOf | null;
}

/** Instances of a mean: how many were taken, and of how many. */
export interface MeanOf {
  readonly count: number;
  readonly of: number;
  readonly partial: boolean;
  /** Number of samples of each instance that was taken; undefined if all have the same. */
  readonly lengths?: readonly number[];
}

/** Numbers in a buffer. */
interface Packed {
  dtype: "float32" | "int16" | "uint16" | "int8" | "uint8";
  offset: number;
  /** Quantization step. */
  scale: number;
}

/** Description of one tile; its numbers start at byte `offset` of the buffer. */
export interface TileEntry extends Packed {
  key: string;
  shape: [number, number];
  gap: number | null;
  error: number | null;
  spread: Packed | null;
  mean: Tile["mean"];
}

export interface PackedTiles {
  index: TileEntry[];
  data: Bytes | null;
}

export const NO_TILES: PackedTiles = { index: [], data: null };

export const seriesKey = (instance: number): string => `series/${instance}`;
/** Key of a map; with "" for the class, the prefix of the keys of all classes. */
export const attributionKey = (method: number, instance: number, target: number | ""): string =>
  `attribution/${method}/${instance}/${target}`;

/** Keys of what belongs to an edited series, whose edits have a name. */
export const editedSeriesKey = (instance: number, name: string): string => `edited-series/${instance}/${name}`;
export const editedScoresKey = (instance: number, name: string): string => `edited-scores/${instance}/${name}`;
export const editedMapKey = (method: number, instance: number, target: number, name: string): string =>
  `edited-${attributionKey(method, instance, target)}/${name}`;

const STEPS = { int16: Int16Array, uint16: Uint16Array, int8: Int8Array, uint8: Uint8Array };

function valuesOf({ dtype, offset, scale }: Packed, count: number, data: Bytes): Float32Array {
  if (dtype === "float32") {
    return new Float32Array(bytesOf(data, offset, 4 * count));
  }
  const steps = new STEPS[dtype](bytesOf(data, offset, STEPS[dtype].BYTES_PER_ELEMENT * count));
  const values = new Float32Array(count);
  for (let place = 0; place < count; place++) {
    values[place] = steps[place] * scale;
  }
  return values;
}

export function unpackTile(entry: TileEntry, data: Bytes): Tile {
  const [samples, channels] = entry.shape;
  return {
    key: entry.key,
    values: valuesOf(entry, samples * channels, data),
    samples,
    channels,
    gap: entry.gap,
    error: entry.error ?? null,
    spread: entry.spread ? valuesOf(entry.spread, samples * channels, data) : null,
    mean: entry.mean ?? null,
  };
}

/** A pack of tiles, each unpacked on first use. */
export class TilePack {
  private readonly entries: Map<string, TileEntry>;

  constructor(private readonly packed: PackedTiles) {
    this.entries = new Map(packed.index.map((entry) => [entry.key, entry]));
  }

  has(key: string): boolean {
    return this.entries.has(key);
  }

  get(key: string): Tile | undefined {
    const entry = this.entries.get(key);
    return entry && this.packed.data ? unpackTile(entry, this.packed.data) : undefined;
  }

  keys(): Iterable<string> {
    return this.entries.keys();
  }

  all(): Tile[] {
    return [...this.entries.keys()].map((key) => this.get(key)!);
  }
}

/** Packs tiles in the wire format, for a saved notebook. */
export function packTiles(tiles: Tile[]): PackedTiles {
  const data = new Float32Array(tiles.reduce((sum, tile) => sum + tile.values.length + (tile.spread?.length ?? 0), 0));
  let place = 0;
  const put = (values: Float32Array): Packed => {
    data.set(values, place);
    place += values.length;
    return { dtype: "float32", offset: 4 * (place - values.length), scale: 1 };
  };
  const index = tiles.map((tile): TileEntry => {
    const { key, samples, channels, gap, error, spread, mean } = tile;
    return { key, ...put(tile.values), shape: [samples, channels], gap, error, spread: spread && put(spread), mean };
  });
  return { index, data: new DataView(data.buffer) };
}
