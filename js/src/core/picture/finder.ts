import type { Facts, Table } from "./facts.js";
import { hasScores, type Outputs } from "./outputs.js";
import { isTrue, trueClasses } from "./truth.js";

/** Query for instances; null matches any class. Names are those of Python's traits. */
export interface Query {
  readonly verdict: "all" | "right" | "wrong";
  readonly true_class: number | null;
  readonly predicted_class: number | null;
  /** Minimum and maximum confidence, in percent. */
  readonly confidence: readonly [number, number];
  /** Instances that Python selected; null for all. */
  readonly instances: readonly number[] | null;
}

export const EVERYTHING: Query = {
  verdict: "all",
  true_class: null,
  predicted_class: null,
  confidence: [0, 100],
  instances: null,
};

/** Predicted class of each instance, -1 if it is not known yet, and its probability; computed once, because there may be millions of scores. */
export class Predictions {
  readonly classes: Int32Array;
  readonly confidences: Float32Array;

  constructor(
    facts: Facts,
    private readonly outputs: Outputs,
  ) {
    const { scores, probabilities } = outputs;
    const count = facts.instances.length;
    this.classes = new Int32Array(count);
    this.confidences = new Float32Array(count).fill(NaN);
    for (let instance = 0; instance < count; instance++) {
      const known = hasScores(instance, { scores });
      const best = known ? likeliest(probabilities ?? scores, instance, facts.class_names.length) : -1;
      this.classes[instance] = best;
      if (probabilities && known) {
        this.confidences[instance] = 100 * probabilities.values[instance * probabilities.columns + best];
      }
    }
  }

  /** Instances that match a query, in ascending order. */
  found({ verdict, true_class, predicted_class, confidence, instances }: Query): number[] {
    const { classes, confidences, outputs } = this;
    const selected = instances && new Set(instances);
    const found: number[] = [];
    classes.forEach((predicted, instance) => {
      if (
        (selected === null || selected.has(instance)) &&
        (verdict === "all" ||
          (predicted >= 0 &&
            trueClasses(instance, outputs).length > 0 &&
            isTrue(instance, predicted, outputs) === (verdict === "right"))) &&
        (true_class === null || isTrue(instance, true_class, outputs)) &&
        (predicted_class === null || predicted === predicted_class) &&
        (predicted >= 0 || (confidence[0] <= 0 && confidence[1] >= 100)) &&
        !(confidences[instance] < confidence[0] || confidences[instance] > confidence[1])
      ) {
        found.push(instance);
      }
    });
    return found;
  }
}

function likeliest({ values, columns }: Table, row: number, classes: number): number {
  let best = 0;
  for (let place = 1; place < classes; place++) {
    best = values[row * columns + place] > values[row * columns + best] ? place : best;
  }
  return best;
}

/** By how much an arrow key and a page key move a slider. */
const STEPS = [1, 5];

/** The match in the place of another instance: the next one in the direction of a key, otherwise the nearest one. */
export function nearestMatch(found: number[], wanted: number, before: number, isDragged = false): number | null {
  if (found.length === 0 || found.includes(wanted)) {
    return found.length === 0 ? null : wanted;
  }
  const [last, next] = [[...found].reverse().find((one) => one < wanted), found.find((one) => one > wanted)];
  if (last === undefined || next === undefined) {
    return last ?? next!;
  }
  const isKey = !isDragged && STEPS.includes(Math.abs(wanted - before));
  const isNext = isKey ? wanted > before : next - wanted <= wanted - last;
  return isNext ? next : last;
}

/** Next or previous match, or instance if nothing matches; wraps around. */
export function nextMatch(found: number[], count: number, instance: number, by: 1 | -1): number {
  const among = found.length > 0 ? found : Array.from({ length: count }, (_, index) => index);
  const further = among.filter((one) => (by > 0 ? one > instance : one < instance));
  const [first, last] = [0, among.length - 1];
  return by > 0 ? (further[0] ?? among[first]) : (further[further.length - 1] ?? among[last]);
}

/** A class of the menu, and its probability or score. */
export interface ScoredClass {
  readonly place: number;
  readonly target: number;
  readonly value: number;
}

/** Classes in the order of the menu. */
export function classScores(instance: number, targets: number[], { scores, probabilities }: Outputs): ScoredClass[] {
  const table = probabilities ?? scores;
  return targets.map((target, place) => ({ place, target, value: table.values[instance * table.columns + target] }));
}

/** Classes in descending order of their scores. */
export const classesByScore = (instance: number, targets: number[], outputs: Outputs): ScoredClass[] =>
  classScores(instance, targets, outputs).sort((one, other) => other.value - one.value || one.place - other.place);
