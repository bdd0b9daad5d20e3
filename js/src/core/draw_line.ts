import { type Column, linePoints } from "./decimation.js";
import type { Row } from "./row_layout.js";
import type { Theme } from "./theme.js";
import { type TimeAxis, pixelOf } from "./time_axis.js";
import type { ValueRange } from "./value_range.js";

/** Room above and below a line within its row. */
const padding = (row: Row): number => Math.min(4, row.height * 0.1);

export function valueToPixel(value: number, range: ValueRange, row: Row): number {
  const inner = row.height - 2 * padding(row);
  const share = (value - range.low) / (range.high - range.low);
  return row.top + padding(row) + (1 - share) * inner;
}

/** The signal, over a halo of the background so that it is legible on any color. */
export function drawLine(
  ctx: CanvasRenderingContext2D,
  column: Column,
  range: ValueRange,
  row: Row,
  axis: TimeAxis,
  theme: Theme,
): void {
  const points = linePoints(column, axis);
  ctx.save();
  ctx.beginPath();
  ctx.rect(axis.left, row.top, axis.right - axis.left, row.height);
  ctx.clip();
  ctx.beginPath();
  for (let place = 0; place < points.length; place += 2) {
    ctx.lineTo(pixelOf(points[place], axis), valueToPixel(points[place + 1], range, row));
  }
  ctx.lineJoin = "round";
  ctx.strokeStyle = theme.background;
  ctx.globalAlpha = 0.8;
  ctx.lineWidth = row.height < 24 ? 2.4 : 3.4;
  ctx.stroke();
  ctx.strokeStyle = theme.ink;
  ctx.globalAlpha = 1;
  ctx.lineWidth = row.height < 24 ? 0.9 : 1.25;
  ctx.stroke();
  ctx.restore();
  if (range.clipped) {
    drawClipped(ctx, points, range, row, axis, theme);
  }
}

/** Small arrows where the line leaves its row. */
function drawClipped(
  ctx: CanvasRenderingContext2D,
  points: Float32Array,
  range: ValueRange,
  row: Row,
  axis: TimeAxis,
  theme: Theme,
): void {
  ctx.fillStyle = theme.ink;
  for (let place = 0; place < points.length; place += 2) {
    const [x, value] = [pixelOf(points[place], axis), points[place + 1]];
    if (x < axis.left || x > axis.right || (value >= range.low && value <= range.high)) {
      continue;
    }
    const [tip, base] = value > range.high ? [row.top, row.top + 4] : [row.top + row.height, row.top + row.height - 4];
    ctx.beginPath();
    ctx.moveTo(x, tip);
    ctx.lineTo(x - 3, base);
    ctx.lineTo(x + 3, base);
    ctx.fill();
  }
}
