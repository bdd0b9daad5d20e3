import type { Query } from "../picture/finder.js";

/** What a query selects, such as "wrong, true walk"; "" if it selects everything. */
export function queryName(query: Query, classes: string[]): string {
  const { verdict, true_class, predicted_class, confidence, instances } = query;
  const [least, most] = confidence;
  return [
    instances === null ? "" : "selected in Python",
    verdict === "all" ? "" : verdict,
    true_class === null ? "" : `true ${classes[true_class] ?? true_class}`,
    predicted_class === null ? "" : `predicted ${classes[predicted_class] ?? predicted_class}`,
    least <= 0 && most >= 100 ? "" : `confidence ${least}–${most} %`,
  ]
    .filter(Boolean)
    .join(", ");
}
