import { type Bytes, bytesOf } from "../tiles/bytes.js";

/** Facts about an explanation; set by Python once. */

export interface MethodFacts {
  label: string;
  exactness: "exact" | "complete" | "approximate";
  /** What the values add up to, as a verb phrase; "" if nothing is promised. */
  adds_up: string;
  signed: boolean;
  /** Whether maps are computed at the steps of the explained layer and placed by receptive fields. */
  placed: boolean;
  description: string;
  /** Heading in the menu; "" for none. */
  family: string;
  /** About how many seconds the kernel takes for a map; 0 for maps that exist. */
  seconds: number;
}

export interface Facts {
  channel_names: string[];
  channel_units: string[];
  class_names: string[];
  /** Samples per second; null if time is counted in samples. */
  sampling_rate: number | null;
  /** Time of each instance's first sample, in milliseconds since 1970; null without dates. */
  start: number[] | null;
  /** Number of samples of the longest series. */
  samples: number;
  /** Number of samples of each instance; null if all have the same. */
  lengths: number[] | null;
  /** Number of each instance in the original data. */
  instances: number[];
  /** Class index of each entry of the class menu. */
  targets: number[];
  methods: MethodFacts[];
  /** Completeness gap up to which a map is called exact or complete. */
  gap_tolerance: number;
  /** Intervals [start, stop) of samples outside of every receptive field. */
  unseen: [number, number][];
  /** First and last center of the explained layer's steps; a placed map is constant beyond them. */
  centers: [number, number] | null;
  /** What replaces a window; "" without a model. */
  baseline: string;
  /** Its value in each channel; null without a model, or if the model cannot take other series. */
  baselines: number[] | null;
  /** True intervals of each instance. */
  intervals: [number, number][][];
  /** Message for tiles that are not available without a kernel. */
  absence: string;
  /** Whether a kernel made this widget, rather than a saved page. */
  notebook: boolean;
}

/** Facts as Python sends them: instances that are numbered by their index are given by their count. */
export type SentFacts = Omit<Facts, "instances"> & { instances: number | number[] };

export function received({ instances, ...others }: SentFacts): Facts {
  return { ...others, instances: typeof instances === "number" ? [...Array(instances).keys()] : instances };
}

const whole = new WeakMap<readonly number[], boolean>();

/** Whether these are all instances of the original data; kept, since there may be a million. */
export function hasAllInstances({ instances }: Pick<Facts, "instances">): boolean {
  const known = whole.get(instances) ?? instances.every((one, place) => one === place);
  whole.set(instances, known);
  return known;
}

/** Marks on a method's maps: unseen samples and extrapolated ends of placed maps. Other maps cover every sample. */
export function marksOf(method: number, facts: Facts): { unseen: Facts["unseen"]; centers: Facts["centers"] } {
  return facts.methods[method].placed ? facts : { unseen: [], centers: null };
}

/** Table from Python, in row-major order. */
export interface Table {
  readonly values: Float32Array | Int32Array | Uint8Array;
  readonly columns: number;
}

export interface PackedTable {
  dtype: "float32" | "int32" | "uint8";
  shape: number[];
  /** The only row that was sent; null for all of them. */
  row?: number | null;
  data: Bytes;
}

const TYPES = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array };

/** A table as Python sends it; rows that were not sent are NaN. */
export function unpackTable(packed: PackedTable | null): Table | null {
  if (!packed) {
    return null;
  }
  const { dtype, shape, row, data } = packed;
  const [rows, columns = 1] = shape;
  const sent = new TYPES[dtype](bytesOf(data));
  if (row == null) {
    return { values: sent, columns };
  }
  const values = new Float32Array(rows * columns).fill(NaN);
  values.set(sent, row * columns);
  return { values, columns };
}

export function rowOf(table: Table, row: number): number[] {
  return Array.from(table.values.subarray(row * table.columns, (row + 1) * table.columns));
}

export function argmax(values: number[]): number {
  return values.reduce((best, value, index) => (value > values[best] ? index : best), 0);
}

/** Name of a class with the word "class" before it, unless the name starts with it. */
export const classNamed = (name: string): string => (/^class\b/i.test(name) ? name : `class ${name}`);
