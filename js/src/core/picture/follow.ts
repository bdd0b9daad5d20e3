import { classesByScore } from "./finder.js";
import { hasScores, type Outputs } from "./outputs.js";
import { trueClasses } from "./truth.js";

/** Which class is explained when the instance changes; "contrast" is the predicted class minus the true one. */
export type Follow = "predicted" | "true" | "runner-up" | "contrast" | "fixed";

/** Explained class and the one that is subtracted, as indices into the class menu. */
export interface Followed {
  readonly target: number;
  readonly against: number | null;
}

/** Classes that are explained for an instance; null if they stay, are not known yet, or are not in the menu. */
export function followed(follow: Follow, instance: number, targets: number[], outputs: Outputs): Followed | null {
  if (!hasScores(instance, outputs)) {
    return null;
  }
  const [first, second] = classesByScore(instance, targets, outputs).map(({ place }) => place);
  const own = trueClasses(instance, outputs)
    .map((one) => targets.indexOf(one))
    .filter((place) => place >= 0);
  switch (follow) {
    case "predicted":
      return { target: first, against: null };
    case "runner-up":
      return second === undefined ? null : { target: second, against: null };
    case "true":
      return own.length === 0 ? null : { target: own[0], against: null };
    case "contrast":
      return { target: first, against: own.includes(first) ? null : (own[0] ?? null) };
    default:
      return null;
  }
}
