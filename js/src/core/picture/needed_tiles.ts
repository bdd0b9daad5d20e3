import { attributionKey, seriesKey } from "../tiles/tiles.js";
import type { Choice } from "./choice.js";

/** Keys of the tiles of a picture: series, map, and the subtracted map if two classes are compared. */
export function neededTiles({ instance, target, method, against, mean }: Choice): string[] {
  const maps = against === null ? [target] : [target, against];
  if (mean) {
    const key = (kind: string, place: number): string => `mean-${kind}/${mean.by}/${mean.of}/${method}/${place}`;
    return [key("series", target), ...maps.map((place) => key("attribution", place))];
  }
  return [seriesKey(instance), ...maps.map((place) => attributionKey(method, instance, place))];
}

/** Key of one instance's tile among those that a mean is computed from. */
export function tileOfInstance(key: string, instance: number): string {
  const [kind, , , method, target] = key.split("/");
  return kind === "mean-series" ? seriesKey(instance) : attributionKey(Number(method), instance, Number(target));
}
