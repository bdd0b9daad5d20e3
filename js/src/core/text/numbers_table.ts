import type { Facts } from "../picture/facts.js";
import { type Picture, timeOnly } from "../picture/picture.js";
import { momentText, startOf } from "./clock.js";
import { formatNumber, formatPercent, formatSigned } from "./numbers.js";

const HEADINGS = [
  "channel",
  "share",
  "maximum attribution",
  "at",
  "minimum attribution",
  "at",
  "series minimum",
  "series maximum",
];

interface NumbersTable {
  readonly headings: string[];
  readonly lines: string[][];
}

/** Table of a picture with one line per channel: share, extremes and their times. Columns without entries are left out. */
export function numbersOf(picture: Picture, facts: Facts): NumbersTable {
  const lines = linesOf(picture, facts);
  const used = HEADINGS.map((_, column) => lines.some((line) => line[column] !== ""));
  const kept = (entries: string[]): string[] => entries.filter((_, column) => used[column]);
  return { headings: kept(HEADINGS), lines: lines.map(kept) };
}

function linesOf(picture: Picture, facts: Facts): string[][] {
  const lines = picture.channels.map((channel) => {
    const { low, high } = extremesOf(picture.series.values, channel, picture.series.channels);
    const name = `${facts.channel_names[channel]} ${facts.channel_units[channel] && `(${facts.channel_units[channel]})`}`;
    const [share, ...peaks] = timeOnly(picture)
      ? [null, "", "", "", ""]
      : [picture.shares, ...peaksOf(picture, channel, facts)];
    return [
      name.trim(),
      share ? formatPercent(share[channel]) : "",
      ...peaks,
      formatNumber(low.value),
      formatNumber(high.value),
    ];
  });
  return timeOnly(picture) ? [["all channels", "", ...peaksOf(picture, 0, facts), "", ""], ...lines] : lines;
}

function peaksOf({ attribution, choice }: Picture, channel: number, facts: Facts): string[] {
  const { low, high } = extremesOf(attribution.values, channel, attribution.channels);
  return [high, low].flatMap(({ value, sample }) => [
    formatSigned(value),
    momentText(sample, facts, startOf(choice, facts)),
  ]);
}

function extremesOf(values: Float32Array, channel: number, channels: number) {
  let [low, high] = [
    { value: Infinity, sample: 0 },
    { value: -Infinity, sample: 0 },
  ];
  for (let sample = 0; sample * channels < values.length; sample++) {
    const value = values[sample * channels + channel];
    low = value < low.value ? { value, sample } : low;
    high = value > high.value ? { value, sample } : high;
  }
  return { low, high };
}
