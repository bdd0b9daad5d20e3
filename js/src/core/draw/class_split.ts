import { formatNumber, formatSigned } from "../text/numbers.js";
import { fit } from "./labels.js";
import type { Pen } from "./scene.js";
import { lineColor, type Theme } from "./theme.js";

/** Distribution of a filter's peak activations over the series of one class. */
export interface ClassPeaks {
  readonly name: string;
  /** Minimum, lower quartile, median, upper quartile and maximum; NaN if the class has no series. */
  readonly quantiles: ArrayLike<number>;
  readonly auc: number;
  readonly weight: number;
}

const HEAD = 36;
const PITCH = 22;
const FOOT = 18;
const NUMBERS = 120;

export const classSplitHeight = (classes: number): number => HEAD + classes * PITCH + FOOT;

/** Box plots of a filter's peak activations, one line per class, with AUC and weight. */
export function drawClassSplit(pen: Pen, classes: ClassPeaks[], width: number, chosen: number, theme: Theme): void {
  const left = 14 + Math.min(150, 8 * Math.max(...classes.map(({ name }) => name.length)));
  const right = width - NUMBERS;
  const all = classes.flatMap(({ quantiles }) => Array.from(quantiles)).filter((value) => !Number.isNaN(value));
  const [low, high] = all.length > 0 ? [Math.min(...all), Math.max(...all)] : [0, 1];
  const x = (value: number): number => left + ((value - low) / (high - low || 1)) * (right - left);
  pen.save();
  pen.textBaseline = "middle";
  drawHeads(pen, left, right, width, theme);
  const names = classes.map(({ name }) => name);
  classes.forEach((one, place) =>
    drawClass(pen, one, names, HEAD + (place + 0.5) * PITCH, x, left, right, place === chosen, theme),
  );
  pen.font = `10px ${theme.font}`;
  pen.fillStyle = theme.faint;
  pen.textAlign = "left";
  pen.fillText(formatNumber(low), left, HEAD + classes.length * PITCH + 7);
  pen.textAlign = "right";
  pen.fillText(formatNumber(high), right, HEAD + classes.length * PITCH + 7);
  pen.restore();
}

function drawHeads(pen: Pen, left: number, right: number, width: number, theme: Theme): void {
  pen.font = `600 12px ${theme.font}`;
  pen.fillStyle = theme.ink;
  pen.textAlign = "left";
  pen.fillText("Separation of the classes", left, 9);
  pen.font = `11px ${theme.font}`;
  pen.fillStyle = theme.faint;
  pen.fillText(fit(pen, "peak of each series", right - left), left, 24);
  pen.textAlign = "right";
  pen.fillText("AUC", right + 44, 24);
  pen.fillText("weight", width - 4, 24);
}

function drawClass(
  pen: Pen,
  { name, quantiles, auc, weight }: ClassPeaks,
  names: readonly string[],
  y: number,
  x: (value: number) => number,
  left: number,
  right: number,
  chosen: boolean,
  theme: Theme,
): void {
  pen.font = `${chosen ? 600 : 400} 12px ${theme.font}`;
  pen.fillStyle = theme.ink;
  pen.textAlign = "right";
  pen.fillText(fit(pen, name, left - 8, names), left - 8, y);
  if (!Number.isNaN(quantiles[0])) {
    const [least, lower, median, upper, largest] = Array.from(quantiles, x);
    pen.fillStyle = theme.faint;
    pen.fillRect(least, y - 0.5, Math.max(1, largest - least), 1);
    pen.fillStyle = lineColor(chosen ? 1 : 0, theme);
    pen.globalAlpha = 0.75;
    pen.fillRect(lower, y - 5, Math.max(1, upper - lower), 10);
    pen.globalAlpha = 1;
    pen.fillStyle = theme.ink;
    pen.fillRect(median - 1, y - 6, 2, 12);
  }
  pen.font = `11px ${theme.font}`;
  pen.fillStyle = theme.ink;
  pen.textAlign = "right";
  pen.fillText(Number.isNaN(auc) ? "–" : auc.toFixed(2), right + 44, y);
  pen.fillText(formatSigned(weight), right + NUMBERS - 4, y);
}
