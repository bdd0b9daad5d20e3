import type { Tile } from "../tiles/tiles.js";

// The difference of two maps is cached, because data derived from it is cached by tile.
const made = new WeakMap<Tile, { other: Tile; difference: Tile }>();

/** Map of one class minus that of another. */
export function contrast(one: Tile, other: Tile): Tile {
  const before = made.get(one);
  if (before?.other === other) {
    return before.difference;
  }
  const values = one.values.map((value, place) => value - other.values[place]);
  // Standard errors of independent maps add up in squares.
  const error = one.error === null || other.error === null ? null : Math.hypot(one.error, other.error);
  const spread = errorsOf(one, other);
  const difference = {
    ...one,
    key: `${one.key} − ${other.key}`,
    values,
    gap: largest(one.gap, other.gap),
    error,
    spread,
  };
  made.set(one, { other, difference });
  return difference;
}

const largest = (one: number | null, other: number | null): number | null =>
  one === null || other === null ? (one ?? other) : Math.max(one, other);

/** The deviations of two means over the same instances do not determine that of their difference. */
function errorsOf(one: Tile, other: Tile): Float32Array | null {
  return one.spread && other.spread && !one.mean
    ? one.spread.map((error, place) => Math.hypot(error, other.spread![place]))
    : null;
}
