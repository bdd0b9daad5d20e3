import type { JobResult } from "./job_results.js";

/** Result of the checks of one map with one replacement value. */
export interface Checks {
  readonly verdict: string;
  readonly level: "sound" | "unknown quality" | "doubtful" | "void";
  readonly findings: Finding[];
  readonly deletion: DeletionCurves;
}

export interface Finding {
  readonly name: string;
  /** null if the check could not be run. */
  readonly passed: boolean | null;
  readonly text: string;
}

/** Result of the check of the network, which Python ran on all series. */
export interface NetworkFinding extends Finding {
  /** What is wrong, as a verb phrase; "" if nothing is. */
  readonly fault: string;
}

/** Class score while the map's largest values are removed, and while values are removed in random orders. */
export interface DeletionCurves {
  readonly measure: "probability" | "score";
  readonly fractions: number[];
  readonly curve: number[];
  readonly random: number[];
  readonly low: number[];
  readonly high: number[];
}

/** CSS class of a level. */
export const levelStyle = (level: Checks["level"]): string => `cam1d-${level.replace(" ", "-")}`;

/** Replacement values that a map was checked with. */
export const fillsOf = ({ content }: JobResult): string[] => content.fills.map(({ fill }: { fill: string }) => fill);

/** Checks are run for all replacement values at once; each has its own verdict. */
export function checksOf({ content, arrays }: JobResult, fill: string): Checks {
  const judged = content.fills as (Omit<Checks, "deletion"> & { fill: string })[];
  const place = Math.max(
    0,
    judged.findIndex((one) => one.fill === fill),
  );
  const { verdict, level, findings } = judged[place];
  return { verdict, level, findings, deletion: curvesOf(content.measure, arrays, place) };
}

/** Whether there are finite values: a network may have no score for a series with replaced segments. */
export const hasCurves = ({ curve }: DeletionCurves): boolean => curve.every(Number.isFinite);

function curvesOf(measure: DeletionCurves["measure"], arrays: JobResult["arrays"], place: number): DeletionCurves {
  const fractions = Array.from(arrays.fractions.values);
  const steps = fractions.length;
  const row = (name: string, at: number): number[] =>
    Array.from(arrays[name].values.slice(at * steps, (at + 1) * steps));
  const [low, high] = [row("band", 2 * place), row("band", 2 * place + 1)];
  return { measure, fractions, curve: row("curves", place), random: row("random", place), low, high };
}

/** Scales of a plot, and the limits of its vertical axis. */
export interface CurvePlot {
  readonly limits: [number, number];
  x(fraction: number): number;
  y(value: number): number;
}

export interface Area {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Vertical axis: 0 to 1 for probabilities, the range of the values for scores. */
export function plotOf({ measure, curve, low, high }: DeletionCurves, { left, top, width, height }: Area): CurvePlot {
  const all = [...curve, ...low, ...high];
  const limits: [number, number] = measure === "probability" ? [0, 1] : [Math.min(...all), Math.max(...all)];
  const span = limits[1] - limits[0] || 1;
  return {
    limits,
    x: (fraction) => left + fraction * width,
    y: (value) => top + height * (1 - (value - limits[0]) / span),
  };
}

export function curvePath(plot: CurvePlot, fractions: number[], values: number[]): string {
  return fractions.map((one, place) => `${place ? "L" : "M"}${at(plot.x(one))} ${at(plot.y(values[place]))}`).join("");
}

/** Area between two curves. */
export function bandPath(plot: CurvePlot, { fractions, low, high }: DeletionCurves): string {
  const back = curvePath(plot, [...fractions].reverse(), [...low].reverse());
  return `${curvePath(plot, fractions, high)}L${back.slice(1)}Z`;
}

const at = (pixel: number): string => String(Math.round(pixel * 100) / 100);

/** Description of the plot for screen readers. */
export function curvesText({ measure, fractions, curve, random }: DeletionCurves): string {
  const half = fractions.findIndex((fraction) => fraction >= 0.5);
  const textOf = (value: number): string =>
    measure === "probability" ? `${Math.round(100 * value)} %` : value.toPrecision(3);
  return (
    `${measure} of the class while the series is removed: ${textOf(curve[0])} with the whole series; ` +
    `with half removed, ${textOf(curve[half])} in the order of the map and ${textOf(random[half])} in random orders, on average`
  );
}
