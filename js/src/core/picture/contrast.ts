import type { Tile } from "../tiles/tiles.js";

// A difference is made once for a pair of maps, so that what is made of it is made once, too.
const made = new WeakMap<Tile, { other: Tile; difference: Tile }>();

/** Map of one class minus that of another. */
export function contrast(one: Tile, other: Tile): Tile {
  const before = made.get(one);
  if (before?.other === other) {
    return before.difference;
  }
  const values = one.values.map((value, place) => value - other.values[place]);
  // Errors of two maps that were drawn at random add up in squares.
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

/** Means are of the same instances: how much their difference varies over them, their deviations do not tell. */
function errorsOf(one: Tile, other: Tile): Float32Array | null {
  return one.spread && other.spread && !one.mean
    ? one.spread.map((error, place) => Math.hypot(error, other.spread![place]))
    : null;
}
