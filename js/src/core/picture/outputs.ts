import type { Table } from "./facts.js";

/** Outputs of the classifier, and true classes or values if they are known: see truth.ts. */
export interface Outputs {
  readonly scores: Table;
  readonly probabilities: Table | null;
  readonly truth: Table | null;
}

/** Whether the scores of an instance are known; those of many instances follow after the first picture. */
export const hasScores = (instance: number, { scores }: Pick<Outputs, "scores">): boolean =>
  !Number.isNaN(scores.values[instance * scores.columns]);

const counts = new WeakMap<Table, number>();

/** Number of instances whose scores are not known; kept, since it is displayed with every picture. */
export function unscored({ scores }: Pick<Outputs, "scores">): number {
  const known = counts.get(scores);
  if (known !== undefined) {
    return known;
  }
  const { values, columns } = scores;
  let count = 0;
  for (let place = 0; place < values.length; place += columns) {
    count += Number.isNaN(values[place]) ? 1 : 0;
  }
  counts.set(scores, count);
  return count;
}
