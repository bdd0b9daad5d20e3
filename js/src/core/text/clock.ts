import type { Choice } from "../picture/choice.js";
import type { Facts } from "../picture/facts.js";
import { formatTime } from "./numbers.js";

export const SECOND = 1000;
export const DAY = 24 * 60 * 60 * SECOND;

/** Time of an instance's first sample in milliseconds since 1970; null without dates. */
export const startOf = ({ instance, mean }: Pick<Choice, "instance" | "mean">, { start }: Facts): number | null =>
  start && !mean ? start[instance] : null;

/** Date and time of day, with the precision that samples need. */
function clockText(moment: number, step: number): string {
  const [date, time] = new Date(moment).toISOString().slice(0, 23).split("T");
  return `${date} ${step >= DAY ? time.slice(0, 5) : step >= SECOND && moment % SECOND === 0 ? time.slice(0, 8) : time}`;
}

/** Time of a sample: clock time, seconds, or its number. */
export function momentText(sample: number, { sampling_rate }: Facts, start: number | null): string {
  return start === null || sampling_rate === null
    ? formatTime(sample, sampling_rate)
    : clockText(start + (sample / sampling_rate) * SECOND, SECOND / sampling_rate);
}
