import type { Tile } from "../tiles/tiles.js";
import type { Choice } from "./choice.js";
import { type ColorLimit, withOwnLimit } from "./color_limits.js";
import { contrast } from "./contrast.js";
import type { Facts } from "./facts.js";
import type { Options } from "./options.js";
import { arranged, makePicture, type Picture, type Ranking, timeOnly } from "./picture.js";

/** A choice and its tiles: series, map, and the map that is subtracted; the series alone where no map is available. */
export interface ChoiceTiles {
  readonly choice: Choice;
  readonly tiles: readonly Tile[];
  /** Series before it was edited. */
  readonly original?: Tile;
}

type ColorLimitOf = (choice: Choice, map: Tile, options: Options) => ColorLimit;

/**
 * Pictures displayed side by side: with common value ranges, and the same channels in the same rows. `before` is the
 * ranking of an earlier picture, which orders the channels if no map has channels.
 */
export function picturesOf(
  wanted: readonly ChoiceTiles[],
  facts: Facts,
  options: Options,
  colorLimitOf: ColorLimitOf,
  before: Ranking | null = null,
): Picture[] {
  const parts = wanted.map(({ choice, original, tiles: [series, map, other] }) => ({
    choice,
    original,
    series,
    map: other ? contrast(map, other) : (map ?? null),
    options: other ? withOwnLimit(options) : options,
  }));
  const own = parts.map((part) => (part.map ? colorLimitOf(part.choice, part.map, part.options) : NO_LIMIT));
  const complete = parts.every(({ map }) => map);
  const colorLimit =
    options.same_ends && complete && own.length > 1 ? (haveOneUnit(wanted) ? shared(own) : apart(own)) : own;
  const all = parts.flatMap(({ series, original }) => [series, original ?? []].flat());
  const pictures = parts.map((part, place) =>
    makePicture(part.choice, part.series, part.map, facts, part.options, colorLimit[place], all, part.original),
  );
  const ranking = rankingOf(pictures, facts) ?? before;
  const [main] = pictures;
  const rows = main && !main.shares && ranking ? arranged(main.series.channels, ranking, options) : main;
  const stripRoom = pictures.some(timeOnly);
  return pictures.map((picture) => ({
    ...picture,
    orderedBy: rows.orderedBy,
    channels: rows.channels,
    page: rows.page,
    stripRoom,
  }));
}

const NO_LIMIT: ColorLimit = { limit: 1, maps: 0 };

/** Shares of the first map that has channels. */
export function rankingOf(pictures: readonly Picture[], { methods }: Facts): Ranking | null {
  const found = pictures.find(({ shares }) => shares);
  return found ? { shares: found.shares, method: methods[found.choice.method].label } : null;
}

/** Maps of one method have the same unit; those of different methods do not. */
const haveOneUnit = (wanted: readonly ChoiceTiles[]): boolean =>
  wanted.every(({ choice }) => choice.method === wanted[0].choice.method);

const apart = (own: ColorLimit[]): ColorLimit[] => own.map((colorLimit) => ({ ...colorLimit, apart: true }));

function shared(own: ColorLimit[]): ColorLimit[] {
  const limit = Math.max(...own.map((colorLimit) => colorLimit.limit));
  return own.map((colorLimit) => ({ ...colorLimit, limit, shared: true }));
}
