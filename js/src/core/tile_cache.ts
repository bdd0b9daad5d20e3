import type { Tile } from "./tiles.js";

/** Tiles at hand, bounded in bytes; the one that was not looked at for longest goes first. */
export class TileCache {
  private readonly tiles = new Map<string, Tile>();
  private bytes = 0;

  constructor(private readonly capacity: number) {}

  get size(): number {
    return this.bytes;
  }

  get(key: string): Tile | undefined {
    const tile = this.tiles.get(key);
    if (tile) {
      // A Map keeps the order of insertion: what was looked at last stands last.
      this.tiles.delete(key);
      this.tiles.set(key, tile);
    }
    return tile;
  }

  has(key: string): boolean {
    return this.tiles.has(key);
  }

  put(tile: Tile): void {
    this.drop(tile.key);
    this.tiles.set(tile.key, tile);
    this.bytes += tile.values.byteLength;
    for (const oldest of this.tiles.keys()) {
      if (this.bytes <= this.capacity || oldest === tile.key) {
        break;
      }
      this.drop(oldest);
    }
  }

  private drop(key: string): void {
    const tile = this.tiles.get(key);
    if (tile) {
      this.tiles.delete(key);
      this.bytes -= tile.values.byteLength;
    }
  }
}
