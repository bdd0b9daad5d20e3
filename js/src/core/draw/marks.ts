import { pixelOf, type TimeAxis } from "../samples/time_axis.js";
import type { Row } from "./row_layout.js";
import type { Frame, Ink, Pen } from "./scene.js";
import type { Theme } from "./theme.js";

interface Span {
  left: number;
  right: number;
}

function spanOf(start: number, stop: number, axis: TimeAxis): Span | null {
  const left = Math.max(axis.left, pixelOf(start, axis));
  const right = Math.min(axis.right, pixelOf(stop, axis));
  return right > left ? { left, right } : null;
}

/** Lines of a hatching: their distance in pixels, whether they rise to the right, and their opacity. */
export interface Hatching {
  readonly step: number;
  readonly rises: boolean;
  readonly alpha: number;
}

/** Samples outside of every receptive field. */
export const UNSEEN: Hatching = { step: 5, rises: true, alpha: 1 };
/** What follows the end of a series on the time axis of a longer one. */
export const PADDING: Hatching = { step: 8, rises: false, alpha: 0.5 };

/** A hatching in the plot and in the legend. */
export function hatch(pen: Ink, span: Span, row: Row, theme: Theme, { step, rises, alpha }: Hatching): void {
  pen.save();
  pen.beginPath();
  pen.rect(span.left, row.top, span.right - span.left, row.height);
  pen.clip();
  pen.fillStyle = theme.background;
  pen.fillRect(span.left, row.top, span.right - span.left, row.height);
  pen.globalAlpha = alpha;
  pen.strokeStyle = theme.faint;
  pen.lineWidth = 1;
  pen.beginPath();
  const [from, to] = rises ? [row.top + row.height, row.top] : [row.top, row.top + row.height];
  for (let x = span.left - row.height - (span.left % step); x < span.right; x += step) {
    pen.moveTo(x, from);
    pen.lineTo(x + row.height, to);
  }
  pen.stroke();
  pen.restore();
}

export function drawUnseen(pen: Pen, rows: Row[], unseen: [number, number][], axis: TimeAxis, theme: Theme): void {
  for (const [start, stop] of unseen) {
    drawHatched(pen, rows, start, Math.min(stop, axis.samples), axis, theme, UNSEEN);
  }
}

export const drawPadding = (pen: Pen, rows: Row[], axis: TimeAxis, theme: Theme): void =>
  drawHatched(pen, rows, axis.samples, axis.whole, axis, theme, PADDING);

/** Hatches the samples [start, stop). */
function drawHatched(
  pen: Pen,
  rows: Row[],
  start: number,
  stop: number,
  axis: TimeAxis,
  theme: Theme,
  hatching: Hatching,
): void {
  const span = spanOf(start - 0.5, stop - 0.5, axis);
  if (span) {
    rows.forEach((row) => hatch(pen, span, row, theme, hatching));
  }
}

/** Faded, with a dotted edge: values extrapolated beyond the first or last center. */
export function fade(pen: Ink, span: Span, row: Row, edge: number, theme: Theme): void {
  pen.save();
  pen.fillStyle = theme.background;
  pen.globalAlpha = 0.6;
  pen.fillRect(span.left, row.top, span.right - span.left, row.height);
  pen.globalAlpha = 1;
  pen.strokeStyle = theme.ink;
  pen.setLineDash([2, 2]);
  pen.beginPath();
  pen.moveTo(edge, row.top);
  pen.lineTo(edge, row.top + row.height);
  pen.stroke();
  pen.restore();
}

export function drawExtrapolated(
  pen: Pen,
  band: Row,
  [first, last]: [number, number],
  axis: TimeAxis,
  theme: Theme,
): void {
  const before = spanOf(-0.5, first, axis);
  const after = spanOf(last, axis.samples - 0.5, axis);
  if (before) {
    fade(pen, before, band, before.right, theme);
  }
  if (after) {
    fade(pen, after, band, after.left, theme);
  }
}

export function drawBorders(pen: Pen, rows: Row[], axis: TimeAxis, theme: Theme): void {
  pen.save();
  pen.strokeStyle = theme.faint;
  pen.globalAlpha = 0.35;
  pen.lineWidth = 1;
  const left = Math.round(axis.left) + 0.5;
  for (const row of rows.filter(({ height }) => height >= 12)) {
    pen.strokeRect(left, row.top + 0.5, Math.round(axis.right) - left - 0.5, row.height - 1);
  }
  pen.restore();
}

/** Message over the plot, which is faded if the displayed picture is not the requested one. */
export function drawOverlayMessage(pen: Pen, text: string, frame: Frame, theme: Theme, fades = true): void {
  const { left, top, width, height } = frame.plot;
  pen.save();
  pen.globalAlpha = fades ? 0.65 : 0;
  pen.fillStyle = theme.background;
  pen.fillRect(left, top, width, height);
  pen.globalAlpha = 1;
  drawPlate(pen, text, left + width / 2, top + height / 2, width - 40, theme);
  pen.restore();
}

/** Text in a box, broken into lines. */
function drawPlate(pen: Pen, text: string, x: number, y: number, width: number, theme: Theme): void {
  pen.font = `600 14px ${theme.font}`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  const lines = breakLines(pen, text, width).slice(0, 4);
  const broad = Math.max(...lines.map((line) => pen.measureText(line).width)) + 32;
  const high = 20 * lines.length + 18;
  pen.fillStyle = theme.background;
  pen.strokeStyle = theme.faint;
  pen.lineWidth = 1;
  pen.beginPath();
  pen.rect(Math.round(x - broad / 2) + 0.5, Math.round(y - high / 2) + 0.5, Math.round(broad), high);
  pen.fill();
  pen.stroke();
  pen.fillStyle = theme.ink;
  lines.forEach((line, place) => pen.fillText(line, x, y + 20 * (place - (lines.length - 1) / 2)));
}

/** Text broken at spaces, but not before a percent sign, into lines that fit the width. */
export function breakLines(pen: Ink, text: string, width: number): string[] {
  const lines = [""];
  for (const word of text.split(/\s+(?!%)/)) {
    const longer = `${lines[lines.length - 1]} ${word}`.trim();
    if (pen.measureText(longer).width <= width || lines[lines.length - 1] === "") {
      lines[lines.length - 1] = longer;
    } else {
      lines.push(word);
    }
  }
  return lines;
}
