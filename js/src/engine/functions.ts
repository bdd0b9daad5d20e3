// Functions of one value, by the names of cam1d_widget/network/functions.py.
import * as tf from "@tensorflow/tfjs-core";

type Constants = Record<string, tf.Tensor>;
type Function = (x: tf.Tensor, constants: Constants) => tf.Tensor;

const gate = (x: tf.Tensor) => tf.div(tf.clipByValue(tf.add(x, 3), 0, 6), 6);

const exactly: Function = (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));

const nearly: Function = (x) => {
  const inner = tf.mul(Math.sqrt(2 / Math.PI), tf.add(x, tf.mul(0.044715, tf.mul(x, tf.mul(x, x)))));
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1));
};

// Exponentials of positive values, which a product with zero would turn into NaN, are avoided.
const elu: Function = (x, { slope }) => tf.add(tf.relu(x), tf.mul(slope, tf.expm1(tf.neg(tf.relu(tf.neg(x))))));

const clip: Function = (x, { low, high }) => tf.minimum(tf.maximum(x, low), high);

/** Each function by its name. */
export const FUNCTIONS: Record<string, Function> = {
  relu: (x) => tf.relu(x),
  relu6: (x) => tf.clipByValue(x, 0, 6),
  leakyrelu: (x, { slope }) => tf.sub(tf.relu(x), tf.mul(slope, tf.relu(tf.neg(x)))),
  elu,
  selu: (x) => tf.selu(x),
  gelu: nearly,
  "gelu exact": exactly,
  silu: (x) => tf.mul(x, tf.sigmoid(x)),
  swish: (x) => tf.mul(x, tf.sigmoid(x)),
  hardsilu: (x) => tf.mul(x, gate(x)),
  hardswish: (x) => tf.mul(x, gate(x)),
  tanh: (x) => tf.tanh(x),
  sigmoid: (x) => tf.sigmoid(x),
  hardsigmoid: gate,
  softplus: (x, { sharpness }) => tf.div(tf.softplus(tf.mul(x, sharpness)), sharpness),
  logsigmoid: (x) => tf.neg(tf.softplus(tf.neg(x))),
  softsign: (x) => tf.div(x, tf.add(tf.abs(x), 1)),
  mish: (x) => tf.mul(x, tf.tanh(tf.softplus(x))),
  exponential: (x) => tf.exp(x),
  exp: (x) => tf.exp(x),
  expm1: (x) => tf.expm1(x),
  log: (x) => tf.log(x),
  log1p: (x) => tf.log1p(x),
  sqrt: (x) => tf.sqrt(x),
  square: (x) => tf.square(x),
  absolute: (x) => tf.abs(x),
  abs: (x) => tf.abs(x),
  sin: (x) => tf.sin(x),
  cos: (x) => tf.cos(x),
  clip,
  rsqrt: (x, { summand }) => tf.rsqrt(tf.add(x, summand)),
  linear: (x) => x,
};
