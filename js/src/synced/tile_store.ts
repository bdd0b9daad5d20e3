import type { AvailableMaps } from "../core/picture/color_limits.js";
import { TileCache } from "../core/tiles/tile_cache.js";
import { type Request, TileRequests } from "../core/tiles/tile_requests.js";
import { type PackedTiles, type Tile, TilePack } from "../core/tiles/tiles.js";

const CAPACITY = 96 * 2 ** 20;
/** Response time in milliseconds above which nothing is prefetched. */
const QUICK = 400;

/** Response to a request: tiles, and by key the errors of those that failed. */
export interface TileAnswer {
  request: number;
  index: PackedTiles["index"];
  errors: Record<string, string>;
}

/** Announcement that a request takes some seconds, with those of its tiles that do not. */
export interface Slow {
  slow: number;
  seconds: number;
  index: PackedTiles["index"];
}

/** Tiles that are cached, bundled with the page, or requested from the kernel. */
export class TileStore implements AvailableMaps {
  private cache = new TileCache(CAPACITY);
  private pack: TilePack;
  private readonly requests: TileRequests;
  private readonly failures = new Map<string, string>();
  private asked = 0;
  private lastWait = 0;
  /** Milliseconds that a tile of the last response took. */
  pace = 0;
  private announced: Slow | null = null;
  private since = 0;

  /** `cancel` stops the request in flight, which takes long and is no longer wanted. */
  constructor(
    packed: PackedTiles,
    send: (request: Request) => void,
    private readonly cancel: () => void = () => undefined,
  ) {
    this.pack = new TilePack(packed);
    this.requests = new TileRequests((request) => {
      this.asked = performance.now();
      send(request);
    });
  }

  /** Drops all tiles and requests, which belong to a previous model. */
  replace(packed: PackedTiles): void {
    this.cache = new TileCache(CAPACITY);
    this.pack = new TilePack(packed);
    this.failures.clear();
    this.cancelRequests();
  }

  /** Keeps these tiles in the cache. */
  hold(keys: string[]): void {
    this.cache.hold(keys);
  }

  missing(keys: string[]): string[] {
    return keys.filter((key) => !this.cache.has(key) && !this.pack.has(key));
  }

  /** An available tile, kept in the cache. */
  take(key: string): Tile {
    let tile = this.cache.get(key);
    if (!tile) {
      tile = this.pack.get(key)!;
      this.cache.put(tile);
    }
    return tile;
  }

  /** Keys of means that the kernel has not finished. */
  unfinished(keys: string[]): string[] {
    return keys.filter((key) => this.cache.get(key)?.mean?.partial && !this.failures.has(key));
  }

  /** Adds a tile that was computed here. */
  put(tile: Tile): void {
    this.cache.put(tile);
  }

  /** Records why a tile cannot be computed here. */
  fail(key: string, text: string): void {
    this.failures.set(key, text);
  }

  keys(): Iterable<string> {
    return new Set([...this.cache.keys(), ...this.pack.keys()]);
  }

  /** A tile, without marking it as recently used. */
  get(key: string): Tile | undefined {
    return this.cache.get(key) ?? this.pack.get(key);
  }

  /** Error message of the first of these that failed. */
  failure(keys: string[]): string | undefined {
    return keys.map((key) => this.failures.get(key)).find(Boolean);
  }

  /** Allows failed tiles to be requested again. */
  clearFailures(): void {
    this.failures.clear();
  }

  request(keys: string[]): void {
    const { outstanding } = this.requests;
    if (this.slow !== null && !keys.some((key) => outstanding!.keys.includes(key))) {
      this.announced = null;
      this.cancel();
    }
    this.requests.request(keys);
  }

  /** The kernel said how long the request in flight takes. */
  announce(slow: Slow, data: DataView | null): void {
    this.announced = slow;
    this.since = performance.now();
    this.keep(slow.index, data);
  }

  /** Seconds since the announcement. */
  get waited(): number {
    return (performance.now() - this.since) / 1000;
  }

  private keep(index: PackedTiles["index"], data: DataView | null): void {
    new TilePack({ index, data }).all().forEach((tile) => this.cache.put(tile));
  }

  /** Estimated time of the request in flight in seconds; null if it is answered immediately. */
  get slow(): number | null {
    const { outstanding } = this.requests;
    return this.announced && outstanding?.id === this.announced.slow ? this.announced.seconds : null;
  }

  /** Keys of the request in flight. */
  get requested(): string[] {
    return this.requests.outstanding?.keys ?? [];
  }

  /** Drops the requests: nobody will respond. */
  cancelRequests(): void {
    this.requests.cancelRequests();
  }

  /** Prefetches groups of tiles, if responses are quick and the cache has room for them. */
  prefetch(groups: string[][], displayed: Tile[]): void {
    const size = displayed.reduce((sum, { values }) => sum + values.byteLength, 0);
    const affordable = this.lastWait < QUICK && (groups.length + 1) * size <= CAPACITY;
    this.requests.prefetch(affordable ? groups.map((keys) => this.missing(keys)) : []);
  }

  /** Processes a response; false if it is outdated. */
  unpack({ request, index, errors }: TileAnswer, data: DataView | null): boolean {
    const asked = this.requested.length;
    if (!this.requests.answered(request)) {
      return false;
    }
    this.lastWait = performance.now() - this.asked;
    this.pace = this.lastWait / asked;
    Object.entries(errors).forEach(([key, text]) => this.failures.set(key, text));
    this.keep(index, data);
    return true;
  }

  /** Sends the next request. */
  sendNext(): void {
    this.requests.sendNext();
  }
}
