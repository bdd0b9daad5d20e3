import type { Facts } from "../picture/facts.js";
import { instanceCounts } from "../picture/mean.js";
import { attributionAt, type Picture, spreadAt, timeOnly } from "../picture/picture.js";
import { startOf } from "./clock.js";
import { mapName } from "./describe.js";

/** CSV of a picture, one line per sample: time, values and attribution of each channel. */
export function csvOf(picture: Picture, facts: Facts): string {
  const { series, choice } = picture;
  const { spread } = picture.attribution;
  const { mean } = picture.attribution;
  const counts = mean?.lengths && instanceCounts(mean, series.samples);
  const start = startOf(choice, facts);
  const channels = Array.from({ length: series.channels }, (_, channel) => channel);
  const label = mapName(choice, facts);
  const mapped = timeOnly(picture) ? [0] : channels;
  const headings = [
    facts.sampling_rate === null ? "sample" : start === null ? "time (s)" : "time",
    ...channels.map((channel) =>
      [facts.channel_names[channel], facts.channel_units[channel]].filter(Boolean).join(" "),
    ),
    ...mapped.map((channel) => `${label}: ${timeOnly(picture) ? "all channels" : facts.channel_names[channel]}`),
    ...(spread
      ? mapped.map(
          (channel) =>
            `${spreadName(picture)} of ${label}: ${timeOnly(picture) ? "all channels" : facts.channel_names[channel]}`,
        )
      : []),
    ...(counts ? ["instances"] : []),
  ];
  const lines = Array.from({ length: series.samples }, (_, sample) => [
    start === null ? sample / (facts.sampling_rate ?? 1) : isoText(start + (1000 * sample) / facts.sampling_rate!),
    ...channels.map((channel) => series.values[sample * series.channels + channel]),
    ...mapped.map((channel) => attributionAt(picture, sample, channel)),
    ...(spread ? mapped.map((channel) => spreadAt(picture, sample, channel)!) : []),
    ...(counts ? [counts[sample]] : []),
  ]);
  return [headings.map(quoted), ...lines.map(fields)].map((line) => `${line.join(",")}\r\n`).join("");
}

const spreadName = ({ attribution }: Picture): string => (attribution.mean ? "standard deviation" : "standard error");

/** NaN is a gap: an empty field. */
const fields = (values: (number | string)[]): string[] =>
  values.map((value) => (Number.isNaN(value) ? "" : String(value)));

const isoText = (moment: number): string => new Date(moment).toISOString().slice(0, 23);

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);
