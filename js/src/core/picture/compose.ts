import type { Tile } from "../tiles/tiles.js";
import type { Choice } from "./choice.js";
import { type ColorLimit, withOwnLimit } from "./color_limits.js";
import { contrast } from "./contrast.js";
import type { Facts } from "./facts.js";
import type { Options } from "./options.js";
import { makePicture, type Picture } from "./picture.js";

/** A choice and its tiles: series, map, and the map that is subtracted. */
export interface ChoiceTiles {
  readonly choice: Choice;
  readonly tiles: readonly Tile[];
}

type ColorLimitOf = (choice: Choice, map: Tile, options: Options) => ColorLimit;

/** Pictures displayed side by side: with common value ranges, and channels in the order of the first. */
export function picturesOf(
  wanted: readonly ChoiceTiles[],
  facts: Facts,
  options: Options,
  colorLimitOf: ColorLimitOf,
): Picture[] {
  const parts = wanted.map(({ choice, tiles: [series, map, other] }) => ({
    choice,
    series,
    map: other ? contrast(map, other) : map,
    options: other ? withOwnLimit(options) : options,
  }));
  const own = parts.map((part) => colorLimitOf(part.choice, part.map, part.options));
  const colorLimit = options.same_ends && own.length > 1 ? shared(own) : own;
  const all = parts.map(({ series }) => series);
  const pictures = parts.map((part, place) =>
    makePicture(part.choice, part.series, part.map, facts, part.options, colorLimit[place], all),
  );
  return pictures.map((picture) => ({ ...picture, channels: pictures[0].channels }));
}

function shared(own: ColorLimit[]): ColorLimit[] {
  const limit = Math.max(...own.map((colorLimit) => colorLimit.limit));
  return own.map((colorLimit) => ({ ...colorLimit, limit, shared: true }));
}
