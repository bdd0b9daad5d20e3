import type { Table } from "./facts.js";

/** Outputs of the classifier, and true classes if they are known. */
export interface Outputs {
  readonly scores: Table;
  readonly probabilities: Table | null;
  readonly truth: Table | null;
}
