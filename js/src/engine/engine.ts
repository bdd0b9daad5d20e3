// The engine: values and gradients of a network that travels with a page, computed on the page.
import * as tf from "@tensorflow/tfjs-core";
import { between, type PortableNetwork, type Stored } from "./network.js";
import { compute, type Form } from "./operations.js";

/** Numbers and their shape, (batch, ...). */
export type Values = {
  shape: number[];
  data: Float32Array;
};

/** Two functions, behind which another engine can take the place of this one. */
export interface Engine {
  /** Some values of the network, from others, by their numbers. */
  forward(known: ReadonlyMap<number, Values>, wanted: readonly number[]): Values[];
  /** Gradient of the sum of a value times weights, by one of the known values. */
  gradient(known: ReadonlyMap<number, Values>, of: number, weights: Values, by: number): Values;
  /** Release the weights. */
  dispose(): void;
}

/** An engine on TensorFlow.js, whose backend must have been set before. */
export class TensorflowEngine implements Engine {
  /** Tensors that stay, by their form and where they begin among the weights. */
  private readonly arrays = new Map<Form, Map<number, tf.Tensor>>();

  constructor(private readonly network: PortableNetwork) {}

  forward(known: ReadonlyMap<number, Values>, wanted: readonly number[]): Values[] {
    return tf.tidy(() => this.compute(tensors(known), wanted).map(values));
  }

  gradient(known: ReadonlyMap<number, Values>, of: number, weights: Values, by: number): Values {
    return tf.tidy(() => {
      const given = tensors(known);
      const scalar = (x: tf.Tensor) => {
        const [made] = this.compute(new Map([...given, [by, x]]), [of]);
        return tf.sum(tf.mul(made, tensor(weights))) as tf.Scalar;
      };
      return values(tf.grad(scalar)(given.get(by)!));
    });
  }

  dispose(): void {
    this.arrays.forEach((ones) => ones.forEach((array) => array.dispose()));
    this.arrays.clear();
  }

  private compute(known: Map<number, tf.Tensor>, wanted: readonly number[]): tf.Tensor[] {
    const made = new Map(known);
    const batch = known.values().next().value!.shape[0];
    for (const operation of between(this.network, known.keys(), wanted)) {
      const inputs = operation.inputs.map((value) => made.get(value)!);
      const shape = [batch, ...this.network.shapes[operation.output]];
      made.set(
        operation.output,
        compute(operation, inputs, shape, (stored, form) => this.array(stored, form)),
      );
    }
    return wanted.map((value) => made.get(value)!);
  }

  /** A stored array, in a form, as a tensor that stays. */
  private array({ shape, offset }: Stored, form: Form = asStored): tf.Tensor {
    const ones = this.arrays.get(form) ?? new Map<number, tf.Tensor>();
    this.arrays.set(form, ones);
    const there = ones.get(offset);
    if (there) {
      return there;
    }
    const count = shape.reduce((product, size) => product * size, 1);
    const values = this.network.weights.subarray(offset, offset + count);
    const made = tf.keep(tf.tidy(() => form(tf.tensor(values, shape, "float32"))));
    ones.set(offset, made);
    return made;
  }
}

const asStored: Form = (array) => array;

function tensors(known: ReadonlyMap<number, Values>): Map<number, tf.Tensor> {
  return new Map([...known].map(([number, value]) => [number, tensor(value)]));
}

function tensor({ data, shape }: Values): tf.Tensor {
  return tf.tensor(data, shape, "float32");
}

function values(made: tf.Tensor): Values {
  return { shape: made.shape, data: made.dataSync() as Float32Array };
}
