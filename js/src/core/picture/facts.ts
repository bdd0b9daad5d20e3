import { type Bytes, bytesOf } from "../tiles/bytes.js";

/** What is known of an explanation once and for all; Python sets it, and it never changes. */

export interface MethodFacts {
  label: string;
  exactness: "exact" | "complete" | "approximate";
  /** What the values add up to, as a verb phrase; "" where nothing is promised. */
  adds_up: string;
  signed: boolean;
  /** Whether maps were made at the steps of the explained layer, and placed by receptive fields. */
  placed: boolean;
  description: string;
}

export interface Facts {
  channel_names: string[];
  channel_units: string[];
  class_names: string[];
  /** Samples per second; null where time is counted in samples. */
  sampling_rate: number | null;
  /** Date and time of each instance's first sample, in milliseconds since 1970; null where there are none. */
  start: number[] | null;
  samples: number;
  /** Number that each instance bears outside of this picture. */
  instances: number[];
  /** Class index of each entry of the class menu. */
  targets: number[];
  methods: MethodFacts[];
  /** Completeness gap up to which a map is called exact or complete. */
  gap_tolerance: number;
  /** Stretches [start, stop) of samples that the explained layer does not see. */
  unseen: [number, number][];
  /** Between these samples a placed map is known; beyond, its ends are held. */
  centers: [number, number] | null;
  /** What the model sees in the place of a window; "" where no model can be asked. */
  baseline: string;
  /** By instance, the windows that are said to be true. */
  intervals: [number, number][][];
  /** Why a tile that is not here cannot be had, where nobody can be asked for it. */
  absence: string;
}

/** What is marked on a method's maps: where a placed one knows nothing, or holds its ends. Others know every sample. */
export function marksOf(method: number, facts: Facts): { unseen: Facts["unseen"]; centers: Facts["centers"] } {
  return facts.methods[method].placed ? facts : { unseen: [], centers: null };
}

/** Numbers as Python sends them, rows by columns. */
export interface Table {
  readonly values: Float32Array | Int32Array | Uint8Array;
  readonly columns: number;
}

export interface PackedTable {
  dtype: "float32" | "int32" | "uint8";
  shape: number[];
  data: Bytes;
}

const TYPES = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array };

export const unpackTable = (packed: PackedTable | null): Table | null =>
  packed && { values: new TYPES[packed.dtype](bytesOf(packed.data)), columns: packed.shape[1] ?? 1 };

export function rowOf(table: Table, row: number): number[] {
  return Array.from(table.values.subarray(row * table.columns, (row + 1) * table.columns));
}

export function argmax(values: number[]): number {
  return values.reduce((best, value, index) => (value > values[best] ? index : best), 0);
}

/** A class by its name, after the word itself; a name that begins with it, as those that nobody gave do, is enough. */
export const classNamed = (name: string): string => (/^class\b/i.test(name) ? name : `class ${name}`);
