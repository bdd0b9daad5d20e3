/** Display options; names are those of Python's traits. */
export interface Options {
  /** Maps from which the color limit is computed. */
  readonly scope: "map" | "instance" | "method" | "fixed";
  /** Value of the last color if the scope is fixed. */
  readonly limit: number;
  /** Whether pictures side by side share their color limit. */
  readonly same_ends: boolean;
  readonly sign: "signed" | "positive" | "negative" | "absolute";
  /** Percentage of the values that may exceed the color limit. */
  readonly clip: number;
  /** Width of the moving mean in samples; 1 for none. */
  readonly smoothing: number;
  /** Channels that share a value range. */
  readonly rows: "channel" | "unit" | "global";
  readonly gain: number;
  readonly style: "tint" | "strip" | "line";
  readonly overlay: boolean;
  readonly order: "given" | "share";
  /** Channels that are hidden. */
  readonly hidden: readonly number[];
  /** Whether the time axis is that of the longest series for all instances, rather than that of each. */
  readonly same_axis: boolean;
  /** Maximum number of rows at once; 0 for all. */
  readonly per_page: number;
  /** Place of the first row among the visible channels. */
  readonly first: number;
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
  same_axis: false,
  per_page: 24,
  first: 0,
};
