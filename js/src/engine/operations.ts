// What each operation of a network computes, on tensors whose gradients are recorded.
import * as tf from "@tensorflow/tfjs-core";
import { FUNCTIONS } from "./functions.js";
import type { Constant, Operation, Stored } from "./network.js";
import { recurred } from "./recurrence.js";
import {
  both,
  convolve,
  convolveDepthwise,
  convolveTransposed,
  inPlane,
  type Kernel,
  largest,
  padded,
} from "./windows.js";

/** A stored array, or another form of it; both are kept. */
export type Arrays = (stored: Stored, form?: Form) => tf.Tensor;

export type Form = (array: tf.Tensor) => tf.Tensor;

/** Output of an operation for its inputs, of a shape (batch, ...). */
export function compute(operation: Operation, inputs: tf.Tensor[], shape: number[], arrays: Arrays): tf.Tensor {
  return tf.reshape(computed(operation, inputs, shape, arrays), shape);
}

function computed(operation: Operation, inputs: tf.Tensor[], shape: number[], arrays: Arrays): tf.Tensor {
  const [x] = inputs;
  const kernelOf =
    ({ kernel }: { kernel: Stored }): Kernel =>
    (form) =>
      arrays(kernel, form);
  switch (operation.kind) {
    case "dense": {
      const rows = tf.reshape(x, [-1, x.shape.at(-1)!]);
      return withBias(tf.matMul(rows, arrays(operation.kernel) as tf.Tensor2D), operation.bias, arrays);
    }
    case "convolution":
      return withBias(convolve(x, kernelOf(operation), operation, operation.groups), operation.bias, arrays);
    case "depthwise convolution":
      return withBias(convolveDepthwise(x, kernelOf(operation), operation), operation.bias, arrays);
    case "transposed convolution": {
      const made = convolveTransposed(x, kernelOf(operation), operation, operation.groups, shape);
      return withBias(made, operation.bias, arrays);
    }
    case "affine":
      return affine(operation, inputs, arrays);
    case "reshape":
      return operation.order ? tf.transpose(x, operation.order) : x;
    case "permute":
      return tf.transpose(x, operation.order);
    case "pad":
      return tf.pad(x, [[0, 0], ...operation.ends, [0, 0]]);
    case "slice":
      return tf.slice(x, operation.begin, shape);
    case "stride":
      return everyNth(x, operation);
    case "flip":
      return tf.reverse(x, operation.axis);
    case "upsample":
      return repeated(x, operation.size);
    case "concatenate":
      return tf.concat(
        operation.order.map((place) => inputs[place]),
        operation.axis,
      );
    case "maximum pooling":
      return largest(x, both(operation.size, 1), both(operation.strides, 1), operation.padding);
    case "mean pooling": {
      const size = both(operation.size, 1);
      const mean = tf.avgPool(padded(inPlane(x), operation.padding), size, both(operation.strides, 1), "valid");
      return tf.mul(mean, tf.mul(spatial(arrays(operation.share)), size[0] * size[1]));
    }
    case "reduce":
      return reduced(x, operation.function, operation.axes);
    case "function":
      return valueByValue(operation, x, arrays);
    case "product":
      return tf.mul(x, inputs[1]);
    case "maximum":
      return inputs.reduce((largest, one) => tf.maximum(largest, one));
    case "minimum":
      return inputs.reduce((smallest, one) => tf.minimum(smallest, one));
    case "softmax":
      return softmax(x, operation.axis, operation.logarithm);
    case "matrix product":
      return tf.matMul(x, inputs[1], false, operation.transposes);
    case "recurrence":
      return recurred(operation, x, arrays);
  }
}

function withBias(x: tf.Tensor, bias: Stored | null, arrays: Arrays): tf.Tensor {
  return bias ? tf.add(x, arrays(bias)) : x;
}

function affine(operation: Extract<Operation, { kind: "affine" }>, inputs: tf.Tensor[], arrays: Arrays): tf.Tensor {
  const parts = inputs.map((one, place) => tf.mul(one, arrays(operation.factors[place])));
  const sum = parts.reduce((total, part) => tf.add(total, part));
  return operation.summand ? tf.add(sum, arrays(operation.summand)) : sum;
}

/** Every n-th place of an axis, by reshaping: strided slices have no gradient. */
function everyNth(x: tf.Tensor, { axis, start, stop, step }: Extract<Operation, { kind: "stride" }>): tf.Tensor {
  const count = Math.ceil((stop - start) / step);
  const begin = x.shape.map((_, one) => (one === axis ? start : 0));
  const within = x.shape.map((size, one) => (one === axis ? Math.min(count * step, size - start) : size));
  const part = tf.slice(x, begin, within);
  const missing = count * step - within[axis];
  const whole = missing
    ? tf.pad(
        part,
        x.shape.map((_, one) => [0, one === axis ? missing : 0] as [number, number]),
      )
    : part;
  const apart = tf.reshape(whole, [...x.shape.slice(0, axis), count, step, ...x.shape.slice(axis + 1)]);
  const one = apart.shape.map((size, place) => (place === axis + 1 ? 1 : size));
  return tf.slice(apart, Array(apart.rank).fill(0), one);
}

/** Each step repeated, along each axis between batch and filter. */
function repeated(x: tf.Tensor, size: number[]): tf.Tensor {
  return size.reduce((made, times, place) => {
    const axis = place + 1;
    const apart = tf.expandDims(made, axis + 1);
    const copies = tf.tile(
      apart,
      apart.shape.map((_, one) => (one === axis + 1 ? times : 1)),
    );
    return tf.reshape(
      copies,
      made.shape.map((length, one) => (one === axis ? length * times : length)),
    );
  }, x);
}

/** Array (1, ..., 1) with two axes in between, of one that may have one. */
function spatial(share: tf.Tensor): tf.Tensor {
  return share.rank === 3 ? tf.expandDims(share, 1) : share;
}

/** Ties share the gradient of a maximum, as in TensorFlow, JAX and PyTorch. */
function reduced(x: tf.Tensor, kind: string, axes: number[]): tf.Tensor {
  if (kind === "mean" || kind === "sum") {
    return kind === "mean" ? tf.mean(x, axes, true) : tf.sum(x, axes, true);
  }
  const extreme = kind === "max" ? tf.max : tf.min;
  const operation = tf.customGrad((input, save) => {
    const value = extreme(input as tf.Tensor, axes, true);
    (save as tf.GradSaveFunc)([input as tf.Tensor, value]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const ties = tf.cast(tf.equal(saved[0], saved[1]), "float32");
      return tf.mul(tf.div(ties, tf.sum(ties, axes, true)), dy);
    };
    return { value, gradFunc };
  });
  return operation(x);
}

function valueByValue(operation: Extract<Operation, { kind: "function" }>, x: tf.Tensor, arrays: Arrays): tf.Tensor {
  const names: Constant[] = ["low", "high", "slope", "sharpness", "summand"];
  const constants = names.filter((name) => operation[name]).map((name) => [name, arrays(operation[name]!)]);
  return FUNCTIONS[operation.function](x, Object.fromEntries(constants));
}

function softmax(x: tf.Tensor, axis: number, logarithm: boolean): tf.Tensor {
  const order = x.shape.map((_, one) => one);
  order.push(...order.splice(axis, 1));
  const last = tf.transpose(x, order);
  const made = logarithm ? tf.logSoftmax(last, -1) : tf.softmax(last, -1);
  return tf.transpose(
    made,
    order.map((_, one) => order.indexOf(one)),
  );
}
