import type { Table } from "./facts.js";

/** Scores and truths of the classifier, as far as they are known. */
export interface Outputs {
  readonly scores: Table;
  readonly probabilities: Table | null;
  readonly truth: Table | null;
}
