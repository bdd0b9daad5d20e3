import type { Row } from "./row_layout.js";
import type { Theme } from "./theme.js";
import { type TimeAxis, pixelOf } from "./time_axis.js";
import type { Frame } from "./scene.js";

interface Span {
  left: number;
  right: number;
}

function spanOf(start: number, stop: number, axis: TimeAxis): Span | null {
  const left = Math.max(axis.left, pixelOf(start, axis));
  const right = Math.min(axis.right, pixelOf(stop, axis));
  return right > left ? { left, right } : null;
}

/** Diagonal lines: the mark of "not seen", here and in the legend. */
export function hatch(ctx: CanvasRenderingContext2D, span: Span, row: Row, theme: Theme): void {
  ctx.save();
  ctx.beginPath();
  ctx.rect(span.left, row.top, span.right - span.left, row.height);
  ctx.clip();
  ctx.fillStyle = theme.background;
  ctx.fillRect(span.left, row.top, span.right - span.left, row.height);
  ctx.strokeStyle = theme.faint;
  ctx.lineWidth = 1;
  ctx.beginPath();
  for (let x = span.left - row.height - (span.left % 5); x < span.right; x += 5) {
    ctx.moveTo(x, row.top + row.height);
    ctx.lineTo(x + row.height, row.top);
  }
  ctx.stroke();
  ctx.restore();
}

export function drawUnseen(
  ctx: CanvasRenderingContext2D,
  rows: Row[],
  unseen: [number, number][],
  axis: TimeAxis,
  theme: Theme,
): void {
  for (const [start, stop] of unseen) {
    const span = spanOf(start - 0.5, stop - 0.5, axis);
    if (span) {
      rows.forEach((row) => hatch(ctx, span, row, theme));
    }
  }
}

/** Paler, behind a dotted edge: the mark of values that are held beyond the last that is known. */
export function fade(ctx: CanvasRenderingContext2D, span: Span, row: Row, edge: number, theme: Theme): void {
  ctx.save();
  ctx.fillStyle = theme.background;
  ctx.globalAlpha = 0.6;
  ctx.fillRect(span.left, row.top, span.right - span.left, row.height);
  ctx.globalAlpha = 1;
  ctx.strokeStyle = theme.ink;
  ctx.setLineDash([2, 2]);
  ctx.beginPath();
  ctx.moveTo(edge, row.top);
  ctx.lineTo(edge, row.top + row.height);
  ctx.stroke();
  ctx.restore();
}

export function drawExtrapolated(
  ctx: CanvasRenderingContext2D,
  band: Row,
  [first, last]: [number, number],
  axis: TimeAxis,
  theme: Theme,
): void {
  const before = spanOf(-0.5, first, axis);
  const after = spanOf(last, axis.samples - 0.5, axis);
  if (before) {
    fade(ctx, before, band, before.right, theme);
  }
  if (after) {
    fade(ctx, after, band, after.left, theme);
  }
}

export function drawBorders(ctx: CanvasRenderingContext2D, rows: Row[], axis: TimeAxis, theme: Theme): void {
  ctx.save();
  ctx.strokeStyle = theme.faint;
  ctx.globalAlpha = 0.35;
  ctx.lineWidth = 1;
  const left = Math.round(axis.left) + 0.5;
  for (const row of rows.filter(({ height }) => height >= 12)) {
    ctx.strokeRect(left, row.top + 0.5, Math.round(axis.right) - left - 0.5, row.height - 1);
  }
  ctx.restore();
}

/** Pales everything and says why: what is on show is not what was asked for. */
export function drawVeil(ctx: CanvasRenderingContext2D, text: string, frame: Frame, theme: Theme): void {
  const { left, top, width, height } = frame.plot;
  ctx.save();
  ctx.globalAlpha = 0.65;
  ctx.fillStyle = theme.background;
  ctx.fillRect(left, top, width, height);
  ctx.globalAlpha = 1;
  drawPlate(ctx, text, left + width / 2, top + height / 2, width - 40, theme);
  ctx.restore();
}

/** Text in the middle of a plate, broken into lines that fit. */
function drawPlate(
  ctx: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  width: number,
  theme: Theme,
): void {
  ctx.font = `600 14px ${theme.font}`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  const lines = breakLines(ctx, text, width).slice(0, 4);
  const broad = Math.max(...lines.map((line) => ctx.measureText(line).width)) + 32;
  const high = 20 * lines.length + 18;
  ctx.fillStyle = theme.background;
  ctx.strokeStyle = theme.faint;
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.rect(Math.round(x - broad / 2) + 0.5, Math.round(y - high / 2) + 0.5, Math.round(broad), high);
  ctx.fill();
  ctx.stroke();
  ctx.fillStyle = theme.ink;
  lines.forEach((line, place) => ctx.fillText(line, x, y + 20 * (place - (lines.length - 1) / 2)));
}

function breakLines(ctx: CanvasRenderingContext2D, text: string, width: number): string[] {
  const lines = [""];
  for (const word of text.split(/\s+/)) {
    const longer = `${lines[lines.length - 1]} ${word}`.trim();
    if (ctx.measureText(longer).width <= width || lines[lines.length - 1] === "") {
      lines[lines.length - 1] = longer;
    } else {
      lines.push(word);
    }
  }
  return lines;
}
