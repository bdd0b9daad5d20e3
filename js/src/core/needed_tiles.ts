import type { Choice } from "./picture.js";
import { attributionKey, seriesKey } from "./tiles.js";

/** Keys of what a picture is drawn of: series, map, and the map that is taken from it if two classes are compared. */
export function neededTiles({ instance, target, method, against }: Choice): string[] {
  const maps = against === null ? [target] : [target, against];
  return [seriesKey(instance), ...maps.map((place) => attributionKey(method, instance, place))];
}
