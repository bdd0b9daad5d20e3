import type { Outputs } from "./outputs.js";

/** Labels of instances: class indices, zeros and ones by class, or, as floats, true values of a regression. */

type Labelled = Pick<Outputs, "truth">;

/** Whether the labels are true values, one for each output. */
const areValues = ({ truth }: Labelled): boolean => truth?.values instanceof Float32Array;

/** Whether the true classes are known. */
export const hasTrueClasses = (outputs: Labelled): boolean => outputs.truth !== null && !areValues(outputs);

/** Whether a class is a true one. */
export function isTrue(instance: number, target: number, outputs: Labelled): boolean {
  const { truth } = outputs;
  if (truth === null || areValues(outputs)) {
    return false;
  }
  return truth.values instanceof Uint8Array
    ? truth.values[instance * truth.columns + target] === 1
    : truth.values[instance] === target;
}

/** True classes, those with the highest scores first; none if they are not known. */
export function trueClasses(instance: number, outputs: Outputs): number[] {
  const { truth, scores } = outputs;
  if (truth === null || areValues(outputs)) {
    return [];
  }
  if (!(truth.values instanceof Uint8Array)) {
    return [truth.values[instance]];
  }
  const score = (target: number): number => scores.values[instance * scores.columns + target];
  return Array.from({ length: truth.columns }, (_, target) => target)
    .filter((target) => isTrue(instance, target, outputs))
    .sort((one, other) => score(other) - score(one) || one - other);
}

/** True value of an output; null if it is not known. */
export function trueValue(instance: number, target: number, outputs: Labelled): number | null {
  const { truth } = outputs;
  return truth !== null && areValues(outputs) ? truth.values[instance * truth.columns + target] : null;
}
