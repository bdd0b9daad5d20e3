import type { Facts } from "../picture/facts.js";
import type { Picture } from "../picture/picture.js";
import { type Window, windowShare } from "../picture/window.js";
import { momentText, startOf } from "./clock.js";
import { formatPercent, formatSigned } from "./numbers.js";

export const whereText = ([first, stop]: Window, facts: Facts, start: number | null): string =>
  facts.sampling_rate === null
    ? `samples ${first} to ${stop - 1}`
    : `${momentText(first, facts, start)} to ${momentText(stop, facts, start)}`;

export function windowText(window: Window, picture: Picture, facts: Facts): string {
  const { share, sum, time } = windowShare(picture, [window]);
  return `${whereText(window, facts, startOf(picture.choice, facts))}: ${formatPercent(share)} of the sum of |attribution| in ${formatPercent(time)} of the time; sum ${formatSigned(sum)}`;
}

/** How well a map localizes the true intervals. */
export function intervalsText(windows: readonly Window[], picture: Picture): string {
  const { share, time, peak } = windowShare(picture, windows);
  const where = peak ? "the largest value lies in them" : "the largest value lies outside";
  return `true intervals: ${formatPercent(share)} of the sum of |attribution| in ${formatPercent(time)} of the time; ${where}`;
}
