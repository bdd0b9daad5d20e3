import type { Choice } from "./choice.js";
import { argmax, type Facts, rowOf, type Table } from "./facts.js";
import type { Outputs } from "./outputs.js";

/**
 * Whether the classes of a choice were explained for its instance; without a table, all were. Maps of an edited series
 * are never stored.
 */
export function isExplained(explained: Table | null, { instance, target, against, edited }: Choice): boolean {
  if (edited !== undefined) {
    return true;
  }
  const has = (place: number): boolean => explained?.values[instance * explained.columns + place] !== 0;
  return has(target) && (against === null || has(against));
}

/**
 * Explained class of an instance, as an index into the class menu: the predicted one if it was explained; -1 for none.
 */
export function explainedTarget(explained: Table, instance: number, facts: Facts, outputs: Outputs): number {
  const there = rowOf(explained, instance);
  const predicted = facts.targets.indexOf(argmax(rowOf(outputs.scores, instance)));
  return there[predicted] ? predicted : there.findIndex(Boolean);
}
