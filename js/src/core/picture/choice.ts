import type { Mean } from "./mean.js";

/** Which picture: indices, as the traits hold them. */
export interface Choice {
  readonly instance: number;
  readonly target: number;
  readonly method: number;
  /** Class of the menu whose map is taken from the other's; null where one class is shown. */
  readonly against: number | null;
  /** Instances whose mean is shown in the place of one instance; null where one is. */
  readonly mean: Mean | null;
}

export const choiceName = ({ instance, target, method, mean }: Choice): string =>
  `${mean ? `${mean.by} ${mean.of}` : instance}/${target}/${method}`;
