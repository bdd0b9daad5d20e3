// A network as plain data: its operations and their weights, as cam1d_widget/network/portable.py writes them.

/** An array of the network: its shape, and where it begins among the weights. */
export interface Stored {
  shape: number[];
  offset: number;
}

/** Properties of all operations: the values that they take, and the value that they make. */
interface Common {
  inputs: number[];
  output: number;
}

interface Convolved extends Common {
  kernel: Stored;
  bias: Stored | null;
  strides: number[];
  dilation: number[];
  padding: [number, number][];
  groups: number;
}

interface Pooled extends Common {
  size: number[];
  strides: number[];
  padding: [number, number][];
}

export type Operation =
  | (Common & { kind: "dense"; kernel: Stored; bias: Stored | null })
  | (Convolved & { kind: "convolution" })
  | (Convolved & { kind: "depthwise convolution" })
  | (Convolved & { kind: "transposed convolution" })
  | (Common & { kind: "affine"; factors: Stored[]; summand: Stored | null })
  | (Common & { kind: "reshape"; order: number[] | null })
  | (Common & { kind: "permute"; order: number[] })
  | (Common & { kind: "pad"; ends: [number, number][] })
  | (Common & { kind: "slice"; begin: number[] })
  | (Common & { kind: "stride"; axis: number; start: number; stop: number; step: number })
  | (Common & { kind: "upsample"; size: number[] })
  | (Common & { kind: "flip"; axis: number })
  | (Common & { kind: "concatenate"; axis: number; order: number[] })
  | (Pooled & { kind: "maximum pooling" })
  | (Pooled & { kind: "mean pooling"; share: Stored })
  | (Common & { kind: "reduce"; function: "mean" | "sum" | "max" | "min"; axes: number[] })
  | (Common & { kind: "function"; function: string } & Partial<Record<Constant, Stored>>)
  | (Common & { kind: "product" | "maximum" | "minimum" })
  | (Common & { kind: "softmax"; axis: number; logarithm: boolean })
  | (Common & { kind: "matrix product"; transposes: boolean })
  | Recurrence;

/** Constants of functions of one value. */
export type Constant = "low" | "high" | "slope" | "sharpness" | "summand";

/** A recurrent cell that runs over a map in one direction. */
export interface Recurrence extends Common {
  kind: "recurrence";
  cell: "LSTM" | "GRU" | "SimpleRNN";
  kernel: Stored;
  recurrent: Stored;
  bias: Stored | null;
  recurrent_bias: Stored | null;
  activation: string;
  gate: string;
  reset_after: boolean;
  backwards: boolean;
  sequences: boolean;
}

export interface PortableNetwork {
  operations: Operation[];
  /** Shape of each value without the batch, by its number; value 0 is the series. */
  shapes: Record<number, number[]>;
  weights: Float32Array;
}

/**
 * Weights from their bytes: float32, followed by the values of some ranges (first, number), which are float16.
 */
export function unpackWeights(bytes: ArrayBuffer, ranges: readonly (readonly [number, number])[]): Float32Array {
  const halves = ranges.reduce((sum, [, count]) => sum + count, 0);
  const singles = (bytes.byteLength - 2 * halves) / 4;
  const whole = new Float32Array(bytes, 0, singles);
  const half = new Uint16Array(bytes, 4 * singles, halves);
  const weights = new Float32Array(singles + halves);
  let [at, read, rounded] = [0, 0, 0];
  for (const [first, count] of [...ranges, [weights.length, 0]]) {
    weights.set(whole.subarray(read, read + first - at), at);
    read += first - at;
    weights.set(Float32Array.from(half.subarray(rounded, rounded + count), float16), first);
    rounded += count;
    at = first + count;
  }
  return weights;
}

/** Value of a float16, which is finite, by its bits. */
function float16(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const size = exponent ? 2 ** (exponent - 25) * (1024 + fraction) : 2 ** -24 * fraction;
  return bits >> 15 ? -size : size;
}

/** Operations that are needed to compute some values from others, in the order of computing. */
export function between(network: PortableNetwork, known: Iterable<number>, wanted: Iterable<number>): Operation[] {
  const given = new Set(known);
  const needed = new Set(wanted);
  const found: Operation[] = [];
  for (const operation of [...network.operations].reverse()) {
    if (needed.has(operation.output) && !given.has(operation.output)) {
      found.push(operation);
      operation.inputs.forEach((value) => needed.add(value));
    }
  }
  return found.reverse();
}
