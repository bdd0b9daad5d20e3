import type { Facts } from "./facts.js";
import type { Tile } from "./tiles.js";
import { largestMagnitude } from "./color.js";
import { type ValueRange, valueRange } from "./value_range.js";

/** Which picture: indices, as the traits hold them. */
export interface Choice {
  readonly instance: number;
  readonly target: number;
  readonly method: number;
}

export const choiceName = ({ instance, target, method }: Choice): string => `${instance}/${target}/${method}`;

/** Everything that is drawn of one choice. */
export interface Picture {
  readonly choice: Choice;
  readonly series: Tile;
  readonly attribution: Tile;
  readonly signed: boolean;
  readonly limit: number;
  readonly ranges: ValueRange[];
}

export function makePicture(choice: Choice, series: Tile, attribution: Tile, facts: Facts): Picture {
  const ranges = Array.from({ length: series.channels }, (_, channel) =>
    valueRange({ values: series.values, offset: channel, stride: series.channels }, series.samples),
  );
  const { signed } = facts.methods[choice.method];
  return { choice, series, attribution, signed, limit: largestMagnitude(attribution.values), ranges };
}

/** Whether the map does not tell channels apart; a one-channel series' map is drawn in its row either way. */
export const timeOnly = (picture: Picture): boolean => picture.attribution.channels < picture.series.channels;

/** Value of the map at a sample of a channel. */
export function attributionAt(picture: Picture, sample: number, channel: number): number {
  const { values, channels } = picture.attribution;
  return values[sample * channels + (channels === 1 ? 0 : channel)];
}
