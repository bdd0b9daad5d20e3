import type { Choice } from "../picture/choice.js";
import type { Facts, MethodFacts } from "../picture/facts.js";
import { argmax, classNamed, hasAllInstances, marksOf, rowOf } from "../picture/facts.js";
import { instancesAt, meanName } from "../picture/mean.js";
import type { Options } from "../picture/options.js";
import { hasScores, type Outputs } from "../picture/outputs.js";
import { attributionAt, type Picture, spreadAt, timeOnly } from "../picture/picture.js";
import { isTrue, trueClasses, trueValue } from "../picture/truth.js";
import { momentText, startOf } from "./clock.js";
import { counted, formatNumber, formatPercent, formatSigned } from "./numbers.js";

export interface Summary {
  readonly instance: string;
  /** True classes, or the true value of the explained output; null if they are not known. */
  readonly truth: string | null;
  /** Null for a mean, for a classifier with a single output, and while the scores are computed. */
  readonly predicted: string | null;
  readonly explained: string;
  /** Whether the prediction is a true class; null if there is none, or it is unknown. */
  readonly right: boolean | null;
  /** The true class with the highest score, if the prediction is wrong. */
  readonly missed: string | null;
}

function named(name: string, index: number, row: number, outputs: Outputs): string {
  if (!hasScores(row, outputs)) {
    return name;
  }
  const { probabilities, scores } = outputs;
  return probabilities
    ? `${name} (${formatPercent(rowOf(probabilities, row)[index])})`
    : `${name} (score ${formatNumber(rowOf(scores, row)[index])})`;
}

/** A single output predicts its class. */
function predictedClass(facts: Facts, row: number, outputs: Outputs): number {
  return argmax(rowOf(outputs.probabilities ?? outputs.scores, row).slice(0, facts.class_names.length));
}

export function summaryOf(choice: Choice, facts: Facts, outputs: Outputs): Summary {
  if (choice.mean) {
    const instance = `Mean over ${meanName(choice.mean, facts)}`;
    return {
      instance,
      truth: null,
      predicted: null,
      explained: classesOf(choice, facts).join(" minus "),
      right: null,
      missed: null,
    };
  }
  const row = choice.instance;
  const count = facts.instances.length;
  const predicted = predictedClass(facts, row, outputs);
  const explained = facts.targets[choice.target];
  const own = trueClasses(row, outputs);
  // The only class is the explained one, which is shown already.
  const unknown = facts.class_names.length === 1 || !hasScores(row, outputs);
  // Whether an edited series still is of the class of the original is not known.
  const right = own.length === 0 || unknown || choice.edited !== undefined ? null : isTrue(row, predicted, outputs);
  return {
    instance: `Instance ${row + 1} of ${count}${hasAllInstances(facts) ? "" : " on this page"} (index ${facts.instances[row]}${lengthText(row, facts)})${editedText(choice)}`,
    truth: truthText(row, explained, own, facts, outputs),
    predicted: predictionText(row, explained, facts, outputs, unknown ? null : predicted),
    explained: [explained, ...(choice.against === null ? [] : [facts.targets[choice.against]])]
      .map((target) => named(facts.class_names[target], target, row, outputs))
      .join(" minus "),
    right,
    missed: right === false ? facts.class_names[own[0]] : null,
  };
}

function truthText(row: number, explained: number, own: number[], facts: Facts, outputs: Outputs): string | null {
  const value = trueValue(row, explained, outputs);
  if (outputs.truth === null || value !== null) {
    return value === null ? null : ofOutput(value, explained, facts);
  }
  return own.map((one) => facts.class_names[one] ?? String(one)).join(", ") || "none";
}

/** The predicted class, or the predicted value of an output whose true value is known. */
function predictionText(
  row: number,
  explained: number,
  facts: Facts,
  outputs: Outputs,
  predicted: number | null,
): string | null {
  if (trueValue(row, explained, outputs) !== null && hasScores(row, outputs)) {
    return ofOutput(rowOf(outputs.scores, row)[explained], explained, facts);
  }
  return predicted === null ? null : named(facts.class_names[predicted], predicted, row, outputs);
}

/** Value of an output, with its name if there are several. */
const ofOutput = (value: number, output: number, { class_names }: Facts): string =>
  class_names.length > 1 ? `${class_names[output]} ${formatNumber(value)}` : formatNumber(value);
const editedText = ({ edited }: Choice): string => (edited === undefined ? "" : ", edited");

/** What the true class is called: an edited series need not be of the class of the original. */
export const truthName = ({ edited }: Choice): string => (edited === undefined ? "true" : "original true");

/** Index of an instance, and whether it is edited. */
export const indexText = (choice: Choice, { instances }: Facts): string =>
  `index ${instances[choice.instance]}${editedText(choice)}`;

/** Number of samples of an instance, if not all have the same. */
const lengthText = (row: number, { lengths }: Facts): string => (lengths ? `, ${lengths[row]} samples` : "");

/** Names of the explained class and of the class whose map is subtracted. */
const classesOf = ({ target, against }: Choice, facts: Facts): string[] =>
  [target, ...(against === null ? [] : [against])].map((place) => facts.class_names[facts.targets[place]]);

/** The explained class, or two classes that are compared. */
export const classesText = (choice: Choice, facts: Facts): string => classesOf(choice, facts).join(" rather than ");

/** Name of a map: its method, and its classes if two are compared. */
export function mapName({ method, target, against }: Choice, facts: Facts): string {
  const name = (place: number): string => facts.class_names[facts.targets[place]];
  const { label } = facts.methods[method];
  return against === null ? label : `${label}: ${name(target)} − ${name(against)}`;
}

/** Caption of a picture in a file; what distinguishes pictures side by side comes first. */
export function captionOf(choice: Choice, facts: Facts, outputs: Outputs): string {
  const { truth, predicted } = summaryOf(choice, facts, outputs);
  const instance = choice.mean ? `mean over ${meanName(choice.mean, facts)}` : indexText(choice, facts);
  const which = [instance, classesOf(choice, facts).join(" − "), facts.methods[choice.method].label].join(", ");
  return [which, truth && `${truthName(choice)}: ${truth}`, predicted && `predicted: ${predicted}`]
    .filter(Boolean)
    .join(" · ");
}

/** Captions of two pictures on the screen, whose legends show class and method: what distinguishes them. */
export function captionsOfTwo(choices: readonly Choice[], facts: Facts, outputsOf: (of: Choice) => Outputs): string[] {
  const parts = choices.map((choice) => {
    const { truth, predicted } = summaryOf(choice, facts, outputsOf(choice));
    const truths = [truth && `${truthName(choice)}: ${truth}`, predicted && `predicted: ${predicted}`];
    return {
      instance: choice.mean ? `mean over ${meanName(choice.mean, facts)}` : indexText(choice, facts),
      classes: classesOf(choice, facts).join(" − "),
      method: facts.methods[choice.method].label,
      truths: truths.filter(Boolean).join(" · "),
    };
  });
  const differ = (name: "instance" | "classes" | "method"): boolean => new Set(parts.map((one) => one[name])).size > 1;
  return parts.map(({ instance, classes, method, truths }) =>
    [
      [instance, ...(differ("classes") ? [classes] : []), ...(differ("method") ? [method] : [])].join(", "),
      ...(differ("instance") && truths ? [truths] : []),
    ].join(" · "),
  );
}

/** Exactness of a picture; `gap` is the completeness gap of its map, or the largest of several. */
export function exactnessText(choice: Choice, facts: Facts, gap: number | null): string {
  const method = facts.methods[choice.method];
  const off = gap !== null && gap > facts.gap_tolerance;
  const each = methodExactness(method, off);
  if (choice.against === null) {
    return each;
  }
  return off
    ? `difference of two maps, not both ${method.exactness}`
    : `difference of two maps, each ${method.exactness}`;
}

/** Exactness of a method's map; `off` if its measured sum misses the score. */
export function methodExactness({ exactness, adds_up, placed }: MethodFacts, off = false): string {
  const sum = adds_up || "add up to the score";
  if (off && exactness !== "approximate") {
    return `approximate: the ${placed ? "steps’ values" : "values"} should ${sum}, but do not`;
  }
  switch (exactness) {
    case "exact":
      return `exact: each ${placed ? "step’s value is its" : "value is its position’s"} own contribution, and they ${sum}`;
    case "complete":
      return `complete: the ${placed ? "steps’ values" : "values"} ${sum}, but removing one may change the score by another amount`;
    default:
      return "approximate: the values need not add up to the score";
  }
}

/** Completeness gap; the largest one for a difference or a mean of maps. */
export function gapText(gap: number | null, { against, mean }: Choice): string {
  const name = against === null && !mean ? "gap" : "largest gap";
  return gap === null ? "" : ` · ${name}: ${formatPercent(Math.abs(gap))} of it`;
}

/** Standard error of a stochastic map. */
export function errorText({ attribution, largest }: Picture): string {
  const { error } = attribution;
  const share = error !== null && largest > 0 ? ` (${formatPercent(error / largest)} of the largest value)` : "";
  return error === null ? "" : ` · standard error: ${formatNumber(error)} at most${share}`;
}

/** Placed maps are summed at their steps; the curve drawn between them is not. */
export const gapHint = (placed: boolean): string =>
  placed ? "of the values at the layer’s steps, not of the curve that is drawn between them" : "";

/** What follows the end of a series on the time axis of a longer one. */
export const PADDED = "padding, not part of the series";

/** How the color limit was computed, and which changes the values underwent before. */
export function colorLimitText(picture: Picture, facts: Facts, whole: boolean): string {
  const { colorLimit, options, signed, choice, largest } = picture;
  const { label } = facts.methods[choice.method];
  const kind = options.clip > 0 ? `${100 - options.clip}th percentile of |value|` : "max";
  const here = whole ? "" : " available here";
  const over = {
    map: "of this map",
    instance: `of the ${counted(colorLimit.maps, "map")} of this instance by ${label}${here}`,
    method: `of the ${counted(colorLimit.maps, "map")} by ${label}${here}`,
    fixed: "",
  }[options.scope];
  const sharedText = colorLimit.shared ? " and of the other view" : "";
  const reach = signed ? "±" : "0 to";
  const parts = [
    options.scope === "fixed"
      ? `color: ${reach} a fixed limit`
      : `color: ${reach} ${colorLimit.maps > 1 && options.clip > 0 ? "largest " : ""}${kind} ${over}${sharedText}`,
  ];
  if (colorLimit.apart) {
    parts.push("not shared: the other view is of another method and unit");
  }
  if (largest === 0) {
    parts.push("every value is zero");
  }
  if (largest > colorLimit.limit) {
    parts.push(`largest here ${formatNumber(largest)}`);
  }
  return [...parts, ...changesText(options, facts)].join(" · ");
}

function changesText({ sign, smoothing }: Options, facts: Facts): string[] {
  const changes = [];
  if (smoothing > 1) {
    const time = facts.sampling_rate === null ? "" : ` (${formatNumber(smoothing / facts.sampling_rate)} s)`;
    changes.push(`mean of ${smoothing} samples${time}`);
  }
  if (sign !== "signed") {
    changes.push(sign === "absolute" ? "absolute values" : `${sign} values only`);
  }
  return changes;
}

/** Labels of the color bar: its limits, and zero between them. */
export function colorBarTexts({ colorLimit, signed, options }: Picture): string[] {
  const { limit } = colorLimit;
  if (!signed) {
    return ["0", formatNumber(limit)];
  }
  const [low, high] = [formatNumber(-limit), formatSigned(limit)];
  return options.sign === "positive" ? ["0", high] : options.sign === "negative" ? [low, "0"] : [low, "0", high];
}

/** Values of one channel at the crosshair. */
export interface Reading {
  readonly channel: number;
  readonly name: string;
  readonly value: string;
  /** Attribution; null outside of every receptive field. */
  readonly attribution: number | null;
  /** Standard error of the attribution, or its standard deviation over the instances of a mean; null if unknown. */
  readonly spread: number | null;
}

export interface Readout {
  readonly time: string;
  readonly readings: Reading[];
  readonly notes: string[];
}

/** Maximum number of channels in a read-out. */
const ROOM = 8;

/**
 * Values at one sample: time, each channel's value and attribution, and notes. The channel under the pointer comes first;
 * of many others, those of the largest attribution are kept.
 */
export function readout(picture: Picture, facts: Facts, sample: number, under: number | null = null): Readout {
  const unseen = isUnseen(picture, facts, sample);
  const readings = picture.channels.map((channel) => ({
    channel,
    name: facts.channel_names[channel],
    value: valueText(picture, sample, channel, facts.channel_units[channel]),
    attribution: unseen || picture.mapless ? null : attributionAt(picture, sample, channel),
    spread: unseen || picture.mapless ? null : spreadAt(picture, sample, channel),
  }));
  const size = ({ channel, attribution }: Reading): number =>
    channel === under ? Infinity : Math.abs(attribution ?? 0);
  const kept = new Set([...readings].sort((one, other) => size(other) - size(one)).slice(0, ROOM));
  const notes = unseen ? ["not seen by the explained layer"] : [];
  if (picture.attribution.spread) {
    notes.push(picture.attribution.mean ? "±: standard deviation over the instances" : "±: standard error");
  }
  if (picture.attribution.mean?.lengths) {
    notes.push(`mean of ${counted(instancesAt(picture.attribution.mean, sample), "instance")}`);
  }
  if (readings.length > ROOM) {
    const smaller = timeOnly(picture) ? "" : " with smaller attribution";
    notes.push(`and ${counted(readings.length - ROOM, "more channel")}${smaller}`);
  }
  const shown = readings.filter((one) => kept.has(one));
  const first = shown.filter(({ channel }) => channel === under);
  const others = shown.filter(({ channel }) => channel !== under);
  return { time: timeText(picture, facts, sample), readings: [...first, ...others], notes };
}

function valueText({ series, signals }: Picture, sample: number, channel: number, unit: string): string {
  const value = signals[channel].at(sample);
  const spread = series.spread ? ` ± ${formatNumber(series.spread[sample * series.channels + channel])}` : "";
  return Number.isNaN(value) ? "gap" : `${formatNumber(value)}${spread} ${unit}`.trim();
}

const timeText = ({ choice }: Picture, facts: Facts, sample: number): string =>
  facts.sampling_rate === null
    ? `sample ${sample}`
    : `${momentText(sample, facts, startOf(choice, facts))} (sample ${sample})`;

const isUnseen = ({ choice }: Picture, facts: Facts, sample: number): boolean =>
  marksOf(choice.method, facts).unseen.some(([start, stop]) => sample >= start && sample < stop);

/** Description of the picture for screen readers. */
export function describePicture(picture: Picture, facts: Facts, outputs: Outputs): string {
  const { instance, truth, predicted, explained } = summaryOf(picture.choice, facts, outputs);
  const which = [
    instance,
    truth && `${truthName(picture.choice)} ${classNamed(truth)}`,
    predicted && `predicted ${predicted}`,
  ].filter(Boolean);
  const { channel, sample, value } = peakOf(picture);
  const name = facts.channel_names[channel];
  const where = timeOnly(picture) ? "" : `, ${/^channel\b/i.test(name) ? name : `channel ${name}`}`;
  return (
    `${facts.methods[picture.choice.method].label} for ${classNamed(explained)}. ${which.join(", ")}. ` +
    `Largest value ${formatNumber(value)} at ${momentText(sample, facts, startOf(picture.choice, facts))}${where}.`
  );
}

/** Displayed value of largest magnitude. */
function peakOf({ heats }: Picture): { channel: number; sample: number; value: number } {
  let peak = { channel: 0, sample: 0, value: heats[0].at(0) };
  heats.forEach((column, channel) => {
    for (let sample = 0; sample < column.samples; sample++) {
      const value = column.at(sample);
      if (Math.abs(value) > Math.abs(peak.value)) {
        peak = { channel, sample, value };
      }
    }
  });
  return peak;
}
