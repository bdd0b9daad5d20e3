/** How a picture is drawn; the same words as the traits that Python sets. */
export interface Options {
  /** Over what the ends of the colors are taken. */
  readonly scope: "map" | "instance" | "method" | "fixed";
  /** Value of the last color where the scope is fixed. */
  readonly limit: number;
  /** Whether pictures beside each other end in the same color. */
  readonly same_ends: boolean;
  readonly sign: "signed" | "positive" | "negative" | "absolute";
  /** Percent of the values that may lie beyond the last color. */
  readonly clip: number;
  /** Samples that a value is the mean of; 1 leaves it as it is. */
  readonly smoothing: number;
  /** What channels share the scale of their rows. */
  readonly rows: "channel" | "unit" | "global";
  readonly gain: number;
  readonly style: "tint" | "strip" | "line";
  readonly overlay: boolean;
  readonly order: "given" | "share";
  /** Channels that are not shown. */
  readonly hidden: readonly number[];
}

export const DEFAULTS: Options = {
  scope: "map",
  limit: 1,
  same_ends: true,
  sign: "signed",
  clip: 0,
  smoothing: 1,
  rows: "channel",
  gain: 1,
  style: "tint",
  overlay: false,
  order: "given",
  hidden: [],
};
