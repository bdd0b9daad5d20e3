import type { Facts, MethodFacts, Table } from "./facts.js";
import { argmax, marksOf, rowOf } from "./facts.js";
import { formatNumber, formatPercent, formatSigned, formatTime } from "./numbers.js";
import { type Choice, type Picture, attributionAt, timeOnly } from "./picture.js";

/** Scores and truths of the classifier, as far as they are known. */
export interface Outputs {
  readonly scores: Table;
  readonly probabilities: Table | null;
  readonly truth: Table | null;
}

export interface Verdict {
  readonly instance: string;
  readonly truth: string | null;
  readonly predicted: string;
  readonly explained: string;
  /** Whether the prediction is right; null where no truth is known. */
  readonly right: boolean | null;
}

function named(name: string, index: number, row: number, outputs: Outputs): string {
  const { probabilities, scores } = outputs;
  return probabilities
    ? `${name} (${formatPercent(rowOf(probabilities, row)[index])})`
    : `${name} (score ${formatNumber(rowOf(scores, row)[index])})`;
}

/** A lone output has no rival: it predicts its class where it is the likelier one. */
function predictedClass(facts: Facts, row: number, outputs: Outputs): number {
  return argmax(rowOf(outputs.probabilities ?? outputs.scores, row).slice(0, facts.class_names.length));
}

export function verdict(choice: Choice, facts: Facts, outputs: Outputs): Verdict {
  const row = choice.instance;
  const number = facts.instances[row];
  const count = facts.instances.length;
  const whole = facts.instances.every((one, index) => one === index);
  const place = whole ? `of 0–${count - 1}` : `(${row + 1} of ${count} on this page)`;
  const predicted = predictedClass(facts, row, outputs);
  const truth = outputs.truth?.values[row] ?? null;
  const explained = facts.targets[choice.target];
  const alone = facts.class_names.length === 1;
  return {
    instance: `Instance ${number} ${place}`,
    truth: truth === null ? null : facts.class_names[truth] ?? String(truth),
    predicted: named(facts.class_names[predicted], predicted, row, outputs),
    explained: named(facts.class_names[explained], explained, row, outputs),
    right: truth === null || alone ? null : truth === predicted,
  };
}

/** How far a method's maps can be trusted. */
export function exactnessText({ exactness, adds_up, placed }: MethodFacts): string {
  const sum = adds_up || "add up to the score";
  switch (exactness) {
    case "exact":
      return `exact: each ${placed ? "step’s value is its" : "value is its position’s"} own contribution, and they ${sum}`;
    case "complete":
      return `complete: the ${placed ? "steps’ values" : "values"} ${sum}`;
    default:
      return "approximate: the values need not add up to the score";
  }
}

/** Share that the sum misses. */
export function gapText(gap: number | null): string {
  return gap === null ? "" : ` · gap: ${formatPercent(Math.abs(gap))} of it`;
}

/** What the gap is a gap of: a placed map is summed at its steps, and the curve drawn between them is no sum. */
export const gapHint = (placed: boolean): string =>
  placed ? "of the values at the layer’s steps, not of the curve that is drawn between them" : "";

/** What stands under the pointer. */
export function readout(picture: Picture, facts: Facts, sample: number, channel: number | "strip" | null): string[] {
  const method = facts.methods[picture.choice.method].label;
  const lines = [
    facts.sampling_rate === null
      ? `sample ${sample}`
      : `${formatTime(sample, facts.sampling_rate)} (sample ${sample})`,
  ];
  if (typeof channel === "number") {
    const value = picture.series.values[sample * picture.series.channels + channel];
    lines.push(`${facts.channel_names[channel]} = ${formatNumber(value)} ${facts.channel_units[channel]}`.trim());
  }
  if (marksOf(picture.choice.method, facts).unseen.some(([start, stop]) => sample >= start && sample < stop)) {
    lines.push("not seen by the explained layer");
  } else if (channel !== null) {
    const value = attributionAt(picture, sample, channel === "strip" ? 0 : channel);
    lines.push(`${method} = ${picture.signed ? formatSigned(value) : formatNumber(value)}`);
  }
  return lines;
}

/** The picture in one sentence, for those who do not see it. */
export function describePicture(picture: Picture, facts: Facts, outputs: Outputs): string {
  const { instance, truth, predicted, explained } = verdict(picture.choice, facts, outputs);
  const { values, channels } = picture.attribution;
  let peak = 0;
  values.forEach((value, place) => (peak = Math.abs(value) > Math.abs(values[peak]) ? place : peak));
  const where = formatTime(Math.floor(peak / channels), facts.sampling_rate);
  const what = timeOnly(picture) ? "all channels" : `channel ${facts.channel_names[peak % channels]}`;
  return (
    `${facts.methods[picture.choice.method].label} for class ${explained}. ${instance}, ` +
    `${truth === null ? "" : `true class ${truth}, `}predicted ${predicted}. ` +
    `Largest value ${formatNumber(values[peak] ?? 0)} at ${where}, ${what}.`
  );
}
