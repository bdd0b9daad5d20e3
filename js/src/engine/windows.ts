// Convolutions and poolings over one or two axes, with gradients that the WASM backend can compute.
import * as tf from "@tensorflow/tfjs-core";

type Ends = [number, number][];

/** Padding value of a maximum. */
const LOWEST = -1e30;

export interface Windows {
  strides: number[];
  dilation: number[];
  padding: Ends;
}

/** Values (batch, ..., filter) with two axes between batch and filter. */
export function inPlane(x: tf.Tensor): tf.Tensor4D {
  return (x.rank === 4 ? x : tf.expandDims(x, 1)) as tf.Tensor4D;
}

/** One number for each of two axes. */
export function both<T>(numbers: readonly T[], first: T): [T, T] {
  return numbers.length === 2 ? [numbers[0], numbers[1]] : [first, numbers[0]];
}

/** A learned kernel in a form that is kept: the backend prepares every kernel that it has not seen before. */
export type Kernel = (form: (kernel: tf.Tensor) => tf.Tensor) => tf.Tensor;

const ofPlane = (kernel: tf.Tensor): tf.Tensor4D =>
  (kernel.rank === 4 ? kernel : tf.expandDims(kernel, 0)) as tf.Tensor4D;

/** The kernel whose convolution is the gradient. */
const turned = (kernel: tf.Tensor): tf.Tensor4D =>
  tf.transpose(tf.reverse(ofPlane(kernel), [0, 1]), [0, 1, 3, 2]) as tf.Tensor4D;

/** Convolution with a kernel (..., channel / groups, filter). */
export function convolve(x: tf.Tensor, kernel: Kernel, windows: Windows, groups: number): tf.Tensor {
  const plane = inPlane(x);
  const filters = kernel(ofPlane) as tf.Tensor4D;
  if (groups === 1) {
    return convolveOne(plane, filters, windows, () => kernel(turned) as tf.Tensor4D);
  }
  const parts = tf.split(plane, groups, 3);
  const kernels = tf.split(filters, groups, 3);
  return tf.concat(
    parts.map((part, group) => convolveOne(part as tf.Tensor4D, kernels[group] as tf.Tensor4D, windows, turned)),
    3,
  );
}

/** Convolution of each channel with its own kernels (..., channel, multiplier). */
export function convolveDepthwise(x: tf.Tensor, kernel: Kernel, windows: Windows): tf.Tensor {
  const plane = inPlane(x);
  const dilation = both(windows.dilation, 1);
  const strides = both(windows.strides, 1);
  return linear(
    plane,
    kernel(ofPlane) as tf.Tensor4D,
    (input, filters) => tf.depthwiseConv2d(padded(input, windows.padding), filters, strides, "valid", "NHWC", dilation),
    (dy, filters) => {
      const [height, width, channels, multiplier] = filters.shape;
      const reversed = tf.reverse(filters, [0, 1]);
      const apart = tf.reshape(dy, [-1, channels, multiplier]);
      const gradients = Array.from({ length: multiplier }, (_, one) => {
        const shape = [...dy.shape.slice(0, 3), channels] as [number, number, number, number];
        const own = tf.reshape(tf.slice(apart, [0, 0, one], [-1, -1, 1]), shape);
        const part = tf.slice(reversed, [0, 0, 0, one], [-1, -1, -1, 1]) as tf.Tensor4D;
        return tf.depthwiseConv2d(
          spread(own as tf.Tensor4D, windows, [height, width], plane.shape),
          part,
          1,
          "valid",
          "NHWC",
          dilation,
        );
      });
      return tf.addN(gradients);
    },
  );
}

/**
 * Transposed convolution with a kernel (..., filter / groups, channel), to a shape: the gradient of the convolution with
 * these windows.
 */
export function convolveTransposed(
  x: tf.Tensor,
  kernel: Kernel,
  windows: Windows,
  groups: number,
  shape: number[],
): tf.Tensor {
  const plane = inPlane(x);
  const made = (shape.length === 4 ? shape : [shape[0], 1, ...shape.slice(1)]) as tf.Tensor4D["shape"];
  if (groups === 1) {
    return transposedOne(plane, kernel(ofPlane) as tf.Tensor4D, windows, made, () => kernel(turned) as tf.Tensor4D);
  }
  const kernels = tf.split(kernel(ofPlane), groups, 3);
  return tf.concat(
    tf
      .split(plane, groups, 3)
      .map((part, group) => transposedOne(part as tf.Tensor4D, kernels[group] as tf.Tensor4D, windows, made, turned)),
    3,
  );
}

function transposedOne(
  x: tf.Tensor4D,
  kernel: tf.Tensor4D,
  windows: Windows,
  shape: number[],
  back: (kernel: tf.Tensor4D) => tf.Tensor4D,
): tf.Tensor4D {
  const dilation = both(windows.dilation, 1);
  const [rows, columns] = both<[number, number]>(windows.padding, [0, 0]);
  return linear(
    x,
    kernel,
    (input, filters) => {
      const [height, width] = filters.shape;
      const around = spread(input, windows, [height, width], shape);
      return tf.conv2d(around, back(filters), 1, "valid", "NHWC", dilation);
    },
    (dy, filters) => {
      const around = resized(resized(dy, 1, ...rows), 2, ...columns);
      return tf.conv2d(around, filters, both(windows.strides, 1), "valid", "NHWC", dilation);
    },
  );
}

function convolveOne(
  x: tf.Tensor4D,
  kernel: tf.Tensor4D,
  windows: Windows,
  back: (kernel: tf.Tensor4D) => tf.Tensor4D,
): tf.Tensor4D {
  const dilation = both(windows.dilation, 1);
  const strides = both(windows.strides, 1);
  return linear(
    x,
    kernel,
    (input, filters) => tf.conv2d(padded(input, windows.padding), filters, strides, "valid", "NHWC", dilation),
    (dy, filters) => {
      const [height, width] = filters.shape;
      const around = spread(dy, windows, [height, width], x.shape);
      return tf.conv2d(around, back(filters), 1, "valid", "NHWC", dilation);
    },
  );
}

/**
 * Maximum of each window, whose gradient goes to the first of its largest values, as in TensorFlow. The backend has a
 * different gradient, which is zero where all values of a window are negative.
 */
export function largest(x: tf.Tensor, size: [number, number], strides: [number, number], padding: Ends): tf.Tensor {
  const plane = inPlane(x);
  const operation = tf.customGrad((input, save) => {
    const whole = padded(input as tf.Tensor4D, padding, LOWEST);
    const value = tf.maxPool(whole, size, strides, "valid");
    (save as tf.GradSaveFunc)([whole, value]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [above, before] = both<[number, number]>(padding, [0, 0]).map(([first]) => first);
      const inner = toEveryWindow(dy as tf.Tensor4D, saved as tf.Tensor4D[], size, strides);
      return tf.slice(inner, [0, above, before, 0], plane.shape);
    };
    return { value, gradFunc };
  });
  return operation(plane);
}

/** Each window's gradient at the first of its largest values, added up where windows overlap. */
function toEveryWindow(dy: tf.Tensor4D, [x, y]: tf.Tensor4D[], size: [number, number], strides: [number, number]) {
  const [, height, width] = y.shape;
  let open = tf.onesLike(y);
  const taps = Array.from({ length: size[0] }, (_, row) =>
    Array.from({ length: size[1] }, (_, column) => {
      const ends = [row + (height - 1) * strides[0] + 1, column + (width - 1) * strides[1] + 1];
      const end = [x.shape[0], ...ends, x.shape[3]];
      const tap = tf.stridedSlice(x, [0, row, column, 0], end, [1, ...strides, 1]);
      const here = tf.mul(tf.cast(tf.equal(tap, y), "float32"), open) as tf.Tensor4D;
      open = tf.sub(open, here);
      return tf.mul(dy, here) as tf.Tensor4D;
    }),
  );
  const rows = taps.map((row) => spaced(row, 2, strides[1], x.shape[2]));
  return spaced(rows, 1, strides[0], x.shape[1]);
}

/** Values at the first, second, ... place of each window, at their places on an axis of some length. */
function spaced(parts: tf.Tensor4D[], axis: number, stride: number, length: number): tf.Tensor4D {
  const fit = (x: tf.Tensor4D, first: number) => resized(x, axis, first, length - first - x.shape[axis]);
  if (parts.length <= stride) {
    return fit(alternating(parts, axis, stride), 0);
  }
  return tf.addN(parts.map((part, place) => fit(alternating([part], axis, stride), place)));
}

/** A linear function of x by filters that are constants, with its gradient. */
function linear(
  x: tf.Tensor4D,
  filters: tf.Tensor4D,
  forward: (x: tf.Tensor4D, filters: tf.Tensor4D) => tf.Tensor4D,
  back: (dy: tf.Tensor4D, filters: tf.Tensor4D) => tf.Tensor,
): tf.Tensor4D {
  const operation = tf.customGrad((input, save) => {
    (save as tf.GradSaveFunc)([filters]);
    return {
      value: forward(input as tf.Tensor4D, filters),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => back(dy as tf.Tensor4D, saved[0] as tf.Tensor4D),
    };
  });
  return operation(x) as tf.Tensor4D;
}

/** The values with zeros, or another value, at both ends of their axes. */
export function padded(x: tf.Tensor4D, padding: Ends, value = 0): tf.Tensor4D {
  const [rows, columns] = both<[number, number]>(padding, [0, 0]);
  return rows.some(Boolean) || columns.some(Boolean) ? tf.pad(x, [[0, 0], rows, columns, [0, 0]], value) : x;
}

/**
 * Gradients of the steps of a convolution, with the zeros between and around them that make the gradient of its input a
 * convolution of them.
 */
function spread(dy: tf.Tensor4D, windows: Windows, size: [number, number], shape: number[]): tf.Tensor4D {
  const strides = both(windows.strides, 1);
  const dilation = both(windows.dilation, 1);
  const padding = both(windows.padding, [0, 0]);
  let spreadOut = dy;
  for (const axis of [0, 1] as const) {
    spreadOut = alternating([spreadOut], axis + 1, strides[axis]);
    const span = (size[axis] - 1) * dilation[axis];
    const before = span - padding[axis][0];
    const after = shape[axis + 1] - spreadOut.shape[axis + 1] - before + span;
    spreadOut = resized(spreadOut, axis + 1, before, after);
  }
  return spreadOut;
}

/** Steps of some arrays in turn, followed by zeros up to the stride, except at the end of the axis. */
function alternating(parts: tf.Tensor4D[], axis: number, stride: number): tf.Tensor4D {
  const shape: number[] = parts[0].shape;
  const zeros = stride - parts.length;
  if (stride === 1) {
    return parts[0];
  }
  const apart = [...shape.slice(0, axis + 1), 1, ...shape.slice(axis + 1)];
  const between = zeros ? [tf.zeros([...apart.slice(0, axis + 1), zeros, ...apart.slice(axis + 2)])] : [];
  const whole = tf.concat([...parts.map((part) => tf.reshape(part, apart)), ...between], axis + 1);
  const joined = tf.reshape<tf.Rank>(whole, lengthened(shape, axis, stride)) as tf.Tensor4D;
  return zeros ? resized(joined, axis, 0, -zeros) : joined;
}

/** An axis with zeros added at its ends, or with steps removed where the number is negative. */
function resized(x: tf.Tensor4D, axis: number, before: number, after: number): tf.Tensor4D {
  const begin = [0, 0, 0, 0];
  begin[axis] = Math.max(-before, 0);
  const cut = begin[axis] + Math.max(-after, 0);
  const ends = x.shape.map((_, one): [number, number] =>
    one === axis ? [Math.max(before, 0), Math.max(after, 0)] : [0, 0],
  );
  const inner = cut ? tf.slice(x, begin, shortened(x.shape, axis, cut)) : x;
  return tf.pad(inner, ends) as tf.Tensor4D;
}

function lengthened(shape: number[], axis: number, times: number): number[] {
  return shape.map((size, one) => (one === axis ? size * times : size));
}

function shortened(shape: number[], axis: number, by: number): number[] {
  return shape.map((size, one) => (one === axis ? size - by : size));
}
