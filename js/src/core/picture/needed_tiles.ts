import { attributionKey, editedMapKey, editedScoresKey, editedSeriesKey, seriesKey } from "../tiles/tiles.js";
import type { Choice } from "./choice.js";

/** Keys of the tiles of a picture: series, map, and the subtracted map if two classes are compared. */
export function neededTiles(choice: Choice): string[] {
  const { target, method, against, mean } = choice;
  const maps = against === null ? [target] : [target, against];
  if (mean) {
    const key = (kind: string, place: number): string => `mean-${kind}/${mean.by}/${mean.of}/${method}/${place}`;
    return [key("series", target), ...maps.map((place) => key("attribution", place))];
  }
  return [seriesKeyOf(choice), ...maps.map((place) => mapKeyOf(choice, place))];
}

/** Key of the series of an instance, edited or not. */
export const seriesKeyOf = ({ instance, edited }: Choice): string =>
  edited === undefined ? seriesKey(instance) : editedSeriesKey(instance, edited);

/** Key of the map of a class for an instance, edited or not. */
export const mapKeyOf = ({ instance, method, edited }: Choice, target: number): string =>
  edited === undefined ? attributionKey(method, instance, target) : editedMapKey(method, instance, target, edited);

/** Class in the key of a map, as an index into the class menu. */
export const targetOfKey = (key: string): number => Number(key.split("/")[3]);

/** Key of the scores of an edited series; none for other choices. */
export const neededScores = ({ instance, edited, mean }: Choice): string[] =>
  edited === undefined || mean ? [] : [editedScoresKey(instance, edited)];

/** Key of the original of an edited series; none for other choices. */
export const neededOriginal = ({ instance, edited, mean }: Choice): string[] =>
  edited === undefined || mean ? [] : [seriesKey(instance)];

/** Key of one instance's tile among those that a mean is computed from. */
export function tileOfInstance(key: string, instance: number): string {
  const [kind, , , method, target] = key.split("/");
  return kind === "mean-series" ? seriesKey(instance) : attributionKey(Number(method), instance, Number(target));
}
