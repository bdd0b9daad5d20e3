import type { Mean } from "./mean.js";

/** Which picture: indices, with the names of Python's traits. */
export interface Choice {
  readonly instance: number;
  readonly target: number;
  readonly method: number;
  /** Class whose map is subtracted, as an index into the class menu; null for none. */
  readonly against: number | null;
  /** Class whose mean is shown instead of one instance; null for one instance. */
  readonly mean: Mean | null;
  /** Name of the edits of the instance; undefined for the original series. */
  readonly edited?: string;
}

export const choiceName = ({ instance, target, method, mean }: Choice): string =>
  `${mean ? `${mean.by} ${mean.of}` : instance}/${target}/${method}`;
