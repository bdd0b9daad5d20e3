/** A tile: one series, or one attribution map; and the wire form that Python packs tiles into. */

export interface Tile {
  readonly key: string;
  /** Row by row: all channels of sample 0, then of sample 1, ... */
  readonly values: Float32Array;
  readonly samples: number;
  readonly channels: number;
  /** Share of the score that the map's sum misses; null where none is promised. */
  readonly gap: number | null;
  /** Largest standard error of the values; null where none were drawn at random. */
  readonly error: number | null;
}

/** What Python says of one tile; its numbers stand in the buffer from byte `offset` on. */
export interface TileEntry {
  key: string;
  dtype: "float32" | "int16";
  shape: [number, number];
  offset: number;
  /** Value of one step of an int16 tile. */
  scale: number;
  gap: number | null;
  error: number | null;
}

export interface PackedTiles {
  index: TileEntry[];
  data: DataView | ArrayBuffer | null;
}

export const seriesKey = (instance: number): string => `series/${instance}`;
/** Key of a map; with "" for the class, the start of the keys of all classes. */
export const attributionKey = (method: number, instance: number, target: number | ""): string =>
  `attribution/${method}/${instance}/${target}`;

/** Copies the bytes out: a buffer of the wire may start anywhere, and a typed array may not. */
function bytesOf(data: DataView | ArrayBuffer, offset: number, length: number): ArrayBuffer {
  return data instanceof ArrayBuffer
    ? data.slice(offset, offset + length)
    : (data.buffer.slice(data.byteOffset + offset, data.byteOffset + offset + length) as ArrayBuffer);
}

function valuesOf(entry: TileEntry, data: DataView | ArrayBuffer): Float32Array {
  const count = entry.shape[0] * entry.shape[1];
  if (entry.dtype === "float32") {
    return new Float32Array(bytesOf(data, entry.offset, 4 * count));
  }
  const steps = new Int16Array(bytesOf(data, entry.offset, 2 * count));
  const values = new Float32Array(count);
  for (let place = 0; place < count; place++) {
    values[place] = steps[place] * entry.scale;
  }
  return values;
}

export function unpackTile(entry: TileEntry, data: DataView | ArrayBuffer): Tile {
  return {
    key: entry.key,
    values: valuesOf(entry, data),
    samples: entry.shape[0],
    channels: entry.shape[1],
    gap: entry.gap,
    error: entry.error ?? null,
  };
}

/** Tiles that came in one piece, each unpacked when it is first wanted. */
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

/** The wire form of a few tiles; what a saved notebook keeps of the picture on show. */
export function packTiles(tiles: Tile[]): PackedTiles {
  const data = new Float32Array(tiles.reduce((sum, tile) => sum + tile.values.length, 0));
  let place = 0;
  const index = tiles.map((tile): TileEntry => {
    data.set(tile.values, place);
    const offset = 4 * place;
    place += tile.values.length;
    const { key, samples, channels, gap, error } = tile;
    return { key, dtype: "float32", shape: [samples, channels], offset, scale: 1, gap, error };
  });
  return { index, data: new DataView(data.buffer) };
}
