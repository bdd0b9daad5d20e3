import { attributionKey, type Tile } from "../tiles/tiles.js";
import type { Choice } from "./choice.js";
import { magnitudeLimit, shownValues } from "./normalization.js";
import type { Options } from "./options.js";

/** Value of the last color, and the number of maps that it was computed from. */
export interface ColorLimit {
  readonly limit: number;
  /** 0 if the user set the limit. */
  readonly maps: number;
  /** Whether the limit is shared with the picture next to this one. */
  readonly shared?: boolean;
  /** Whether it would be shared if both pictures were by one method. */
  readonly apart?: boolean;
}

/** Maps that are available. */
export interface AvailableMaps {
  keys(): Iterable<string>;
  get(key: string): Tile | undefined;
}

/** Color limits of maps, each computed once. Maps that have left the cache still count. */
export class ColorLimits {
  private readonly limits = new Map<string, number>();
  private computedWith = "";

  colorLimit(choice: Choice, map: Tile, options: Options, available: AvailableMaps): ColorLimit {
    const { scope, sign, clip, smoothing } = options;
    if (scope === "fixed") {
      return { limit: options.limit, maps: 0 };
    }
    this.clearUnless(`${sign} ${clip} ${smoothing}`);
    this.note(map, options);
    if (scope === "map") {
      return { limit: this.limits.get(map.key)!, maps: 1 };
    }
    const start =
      scope === "instance" ? attributionKey(choice.method, choice.instance, "") : `attribution/${choice.method}/`;
    return this.largest(start, options, available);
  }

  private largest(start: string, options: Options, available: AvailableMaps): ColorLimit {
    for (const key of available.keys()) {
      if (key.startsWith(start) && !this.limits.has(key)) {
        this.note(available.get(key)!, options);
      }
    }
    const all = [...this.limits].filter(([key]) => key.startsWith(start)).map(([, limit]) => limit);
    return { limit: all.reduce((most, limit) => Math.max(most, limit), 0), maps: all.length };
  }

  private note(map: Tile, { sign, clip, smoothing }: Options): void {
    if (!this.limits.has(map.key)) {
      this.limits.set(map.key, magnitudeLimit(shownValues(map, sign, smoothing), clip));
    }
  }

  private clearUnless(computedWith: string): void {
    if (this.computedWith !== computedWith) {
      this.limits.clear();
      this.computedWith = computedWith;
    }
  }
}

/** Options of a difference of maps, whose limit is always that of the map itself. */
export const withOwnLimit = (options: Options): Options =>
  options.scope === "fixed" ? options : { ...options, scope: "map" };
