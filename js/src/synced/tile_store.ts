import type { AvailableMaps } from "../core/picture/color_limits.js";
import { TileCache } from "../core/tiles/tile_cache.js";
import { type Request, TileRequests } from "../core/tiles/tile_requests.js";
import { type PackedTiles, type Tile, TilePack } from "../core/tiles/tiles.js";

const CAPACITY = 96 * 2 ** 20;
/** Fetching ahead must not keep a slow method computing what nobody asked for. */
const QUICK = 400;

/** Tiles as far as they could be had, and by key what was wrong with the others. */
export interface TileAnswer {
  request: number;
  index: PackedTiles["index"];
  errors: Record<string, string>;
}

/** Tiles that are here, came along or can be asked for. */
export class TileStore implements AvailableMaps {
  private cache = new TileCache(CAPACITY);
  private pack: TilePack;
  private readonly requests: TileRequests;
  private readonly failures = new Map<string, string>();
  private asked = 0;
  private lastWait = 0;

  constructor(packed: PackedTiles, send: (request: Request) => void) {
    this.pack = new TilePack(packed);
    this.requests = new TileRequests((request) => {
      this.asked = performance.now();
      send(request);
    });
  }

  /** Drops all tiles, and the requests under way: they belong to a model that is no longer shown. */
  replace(packed: PackedTiles): void {
    this.cache = new TileCache(CAPACITY);
    this.pack = new TilePack(packed);
    this.failures.clear();
    this.forget();
  }

  /** These are on show, and stay. */
  hold(keys: string[]): void {
    this.cache.hold(keys);
  }

  missing(keys: string[]): string[] {
    return keys.filter((key) => !this.cache.has(key) && !this.pack.has(key));
  }

  /** Tile that is here, and stays for a while. */
  take(key: string): Tile {
    let tile = this.cache.get(key);
    if (!tile) {
      tile = this.pack.get(key)!;
      this.cache.put(tile);
    }
    return tile;
  }

  /** Those of these of which Python has begun a mean, and not ended it. */
  unfinished(keys: string[]): string[] {
    return keys.filter((key) => this.cache.get(key)?.mean?.partial && !this.failures.has(key));
  }

  /** Takes in what was made here. */
  put(tile: Tile): void {
    this.cache.put(tile);
  }

  keys(): Iterable<string> {
    return new Set([...this.cache.keys(), ...this.pack.keys()]);
  }

  /** A look at a tile, which keeps no other from staying. */
  get(key: string): Tile | undefined {
    return this.cache.get(key) ?? this.pack.get(key);
  }

  /** What was wrong with the first of these that failed. */
  failure(keys: string[]): string | undefined {
    return keys.map((key) => this.failures.get(key)).find(Boolean);
  }

  /** What failed may go well when it is asked for again. */
  clearFailures(): void {
    this.failures.clear();
  }

  request(keys: string[]): void {
    this.requests.request(keys);
  }

  /** Nobody is there to answer any more. */
  forget(): void {
    this.requests.forget();
  }

  /** Fetches groups of tiles ahead, if that is quick, and there is room for them beside what is on show. */
  prefetch(groups: string[][], onShow: Tile[]): void {
    const size = onShow.reduce((sum, { values }) => sum + values.byteLength, 0);
    const may = this.lastWait < QUICK && (groups.length + 1) * size <= CAPACITY;
    this.requests.prefetch(may ? groups.map((keys) => this.missing(keys)) : []);
  }

  /** Takes an answer in; false if nobody waits for it. */
  unpack({ request, index, errors }: TileAnswer, data: DataView | null): boolean {
    if (!this.requests.answered(request)) {
      return false;
    }
    this.lastWait = performance.now() - this.asked;
    Object.entries(errors).forEach(([key, text]) => this.failures.set(key, text));
    new TilePack({ index, data }).all().forEach((tile) => this.cache.put(tile));
    return true;
  }

  /** Sends what is due. */
  proceed(): void {
    this.requests.proceed();
  }
}
