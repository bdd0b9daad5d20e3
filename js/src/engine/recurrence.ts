// Recurrent cells, as cam1d_widget/network/cells.py defines them.
import * as tf from "@tensorflow/tfjs-core";
import { FUNCTIONS } from "./functions.js";
import type { Recurrence, Stored } from "./network.js";

/** Weights and functions of a cell. */
interface Cell {
  recurrent: tf.Tensor2D;
  bias: tf.Tensor | null;
  gate: (x: tf.Tensor) => tf.Tensor;
  signal: (x: tf.Tensor) => tf.Tensor;
  resetAfter: boolean;
}

/** States after a step, the output first; `x` is the product of the input and the kernel, with the bias. */
type Step = (x: tf.Tensor, states: tf.Tensor[], cell: Cell) => tf.Tensor[];

/** Parts of the last axis, of one size. */
const split = (x: tf.Tensor, parts: number): tf.Tensor[] => tf.split(x, parts, 1);

/** Product of the previous output and the recurrent weights. */
function fed(output: tf.Tensor, weights: tf.Tensor, bias: tf.Tensor | null): tf.Tensor {
  const product = tf.matMul(output as tf.Tensor2D, weights as tf.Tensor2D);
  return bias ? tf.add(product, bias) : product;
}

const STEPS: Record<Recurrence["cell"], Step> = {
  LSTM: (x, [output, memory], { recurrent, bias, gate, signal }) => {
    const [inputGate, forgetGate, candidate, outputGate] = split(tf.add(x, fed(output, recurrent, bias)), 4);
    const now = tf.add(tf.mul(gate(forgetGate), memory), tf.mul(gate(inputGate), signal(candidate)));
    return [tf.mul(gate(outputGate), signal(now)), now];
  },
  GRU: (x, [output], { recurrent, bias, gate, signal, resetAfter }) => {
    const [xUpdate, xReset, candidate] = split(x, 3);
    const unit = recurrent.shape[0];
    let update: tf.Tensor;
    let past: tf.Tensor;
    if (resetAfter) {
      const [hUpdate, hReset, hPast] = split(fed(output, recurrent, bias), 3);
      update = gate(tf.add(xUpdate, hUpdate));
      past = tf.mul(gate(tf.add(xReset, hReset)), hPast);
    } else {
      const [hUpdate, hReset] = split(fed(output, tf.slice(recurrent, [0, 0], [-1, 2 * unit]), null), 2);
      update = gate(tf.add(xUpdate, hUpdate));
      past = fed(tf.mul(gate(tf.add(xReset, hReset)), output), tf.slice(recurrent, [0, 2 * unit], [-1, unit]), null);
    }
    return [tf.add(tf.mul(update, output), tf.mul(tf.sub(1, update), signal(tf.add(candidate, past))))];
  },
  SimpleRNN: (x, [output], { recurrent, bias, signal }) => [signal(tf.add(x, fed(output, recurrent, bias)))],
};

/** Outputs (batch, step, filter) in the order of computing, or the last one. */
export function recurred(operation: Recurrence, x: tf.Tensor, arrays: (stored: Stored) => tf.Tensor): tf.Tensor {
  const [batch, steps, channels] = x.shape;
  const recurrent = arrays(operation.recurrent) as tf.Tensor2D;
  const product = tf.matMul(tf.reshape(x, [-1, channels]), arrays(operation.kernel) as tf.Tensor2D);
  const biased = operation.bias ? tf.add(product, arrays(operation.bias)) : product;
  const each = tf.unstack(tf.reshape(biased, [batch, steps, -1]), 1);
  const cell: Cell = {
    recurrent,
    bias: operation.recurrent_bias && arrays(operation.recurrent_bias),
    gate: (one) => FUNCTIONS[operation.gate](one, {}),
    signal: (one) => FUNCTIONS[operation.activation](one, {}),
    resetAfter: operation.reset_after,
  };
  const zero = tf.zeros([batch, recurrent.shape[0]]);
  let states = operation.cell === "LSTM" ? [zero, zero] : [zero];
  const outputs: tf.Tensor[] = [];
  // A copy: the recorded operation holds the array itself.
  for (const one of operation.backwards ? [...each].reverse() : each) {
    states = STEPS[operation.cell](one, states, cell);
    outputs.push(states[0]);
  }
  return operation.sequences ? tf.stack(outputs, 1) : states[0];
}
