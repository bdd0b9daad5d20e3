import type { Tile } from "./tiles.js";

/** LRU cache of tiles, bounded in bytes. Held tiles stay, and so does the latest one, however large. */
export class TileCache {
  private readonly tiles = new Map<string, Tile>();
  private held: readonly string[] = [];
  private bytes = 0;

  constructor(private readonly capacity: number) {}

  get size(): number {
    return this.bytes;
  }

  /** Holds these tiles instead of those held before: a picture needs all of them. */
  hold(keys: readonly string[]): void {
    this.held = keys;
  }

  get(key: string): Tile | undefined {
    const tile = this.tiles.get(key);
    if (tile) {
      // A Map keeps insertion order: the most recently used tile comes last.
      this.tiles.delete(key);
      this.tiles.set(key, tile);
    }
    return tile;
  }

  keys(): Iterable<string> {
    return this.tiles.keys();
  }

  has(key: string): boolean {
    return this.tiles.has(key);
  }

  put(tile: Tile): void {
    this.drop(tile.key);
    this.tiles.set(tile.key, tile);
    this.bytes += sizeOf(tile);
    for (const oldest of this.tiles.keys()) {
      if (this.bytes <= this.capacity) {
        break;
      }
      if (oldest !== tile.key && !this.held.includes(oldest)) {
        this.drop(oldest);
      }
    }
  }

  private drop(key: string): void {
    const tile = this.tiles.get(key);
    if (tile) {
      this.tiles.delete(key);
      this.bytes -= sizeOf(tile);
    }
  }
}

const sizeOf = ({ values, spread }: Tile): number => values.byteLength + (spread?.byteLength ?? 0);
