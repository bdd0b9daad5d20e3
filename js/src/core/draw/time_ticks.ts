import type { Facts } from "../picture/facts.js";
import { DAY, SECOND } from "../text/clock.js";
import type { Axis } from "./axis.js";
import type { Frame } from "./scene.js";

const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** Steps between ticks in milliseconds. Smaller and larger steps are 1, 2 or 5 times a power of ten. */
const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR),
];
/** Minimum distance between ticks in pixels, wider than their labels. */
const ROOM = { clock: 76, number: 52 };

/**
 * Time axis with ticks at round times, far enough apart for their labels: dates, seconds where `start` is null, or
 * samples without a sampling rate.
 */
export function timeTicks({ plot, axis }: Frame, { sampling_rate }: Facts, start: number | null): Axis {
  // Without a rate, a sample counts as a second.
  const sample = SECOND / (sampling_rate ?? 1);
  const pixels = axis.step / sample;
  const from = (start ?? 0) + ((axis.left - axis.origin) / axis.step) * sample;
  const to = from + plot.width / pixels;
  const step = Math.max(
    stepFor((start === null ? ROOM.number : ROOM.clock) / pixels, start !== null),
    sampling_rate === null ? SECOND : 0,
  );
  const [first, last] = [Math.ceil(from / step), Math.floor(to / step)];
  const moments = Array.from({ length: Math.max(0, last - first + 1) }, (_, place) => (first + place) * step);
  const text = (moment: number): string =>
    start === null ? String(Number((moment / SECOND).toPrecision(10))) : tickText(moment, step);
  const ticks = moments.map((moment) => ({ at: (moment - from) * pixels, text: text(moment) }));
  const unit = sampling_rate === null ? "sample" : "time (s)";
  // A sample is drawn from half a sample before its moment to half a sample after.
  const dates = (): string => datesText(from + sample / 2, Math.max(from, to - sample) + sample / 2);
  return { ticks, title: start === null ? unit : `time, ${dates()}` };
}

function stepFor(least: number, clock: boolean): number {
  const unit = clock && least > 12 * HOUR ? DAY : 1;
  const power = 10 ** Math.floor(Math.log10(least / unit));
  const round = [1, 2, 5, 10].map((count) => count * power * unit).find((step) => step >= least)!;
  const known = clock && least > SECOND / 2 && least <= 12 * HOUR ? STEPS.find((step) => step >= least) : undefined;
  // Dates have a resolution of one millisecond.
  return known ?? Math.max(unit === DAY ? DAY : clock ? 1 : 0, unit === DAY ? Math.round(round / DAY) * DAY : round);
}

function tickText(moment: number, step: number): string {
  const [date, time] = new Date(moment).toISOString().slice(0, 23).split("T");
  if (step >= DAY || (step >= MINUTE && time.startsWith("00:00:00.000"))) {
    return date;
  }
  return step >= MINUTE ? time.slice(0, 5) : step >= SECOND ? time.slice(0, 8) : time.replace(/0{1,2}$/, "");
}

function datesText(from: number, to: number): string {
  const [first, last] = [from, to].map((moment) => new Date(moment).toISOString().slice(0, 10));
  return first === last ? first : `${first} to ${last}`;
}
