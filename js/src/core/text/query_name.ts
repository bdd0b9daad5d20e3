import type { Query } from "../picture/finder.js";

/** What a query selects, such as "wrong, true walk"; "" if it selects everything. */
export function queryName({ verdict, true_class, predicted_class, confidence }: Query, classes: string[]): string {
  const [least, most] = confidence;
  return [
    verdict === "all" ? "" : verdict,
    true_class === null ? "" : `true ${classes[true_class] ?? true_class}`,
    predicted_class === null ? "" : `predicted ${classes[predicted_class] ?? predicted_class}`,
    least <= 0 && most >= 100 ? "" : `confidence ${least}–${most} %`,
  ]
    .filter(Boolean)
    .join(", ");
}
