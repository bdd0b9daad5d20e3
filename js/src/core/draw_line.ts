import type { Column } from "./column.js";
import { envelope, isDense, linePoints } from "./decimation.js";
import type { Row } from "./row_layout.js";
import type { Pen } from "./scene.js";
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
  pen: Pen,
  column: Column,
  range: ValueRange,
  row: Row,
  axis: TimeAxis,
  theme: Theme,
  color: string,
): void {
  pen.save();
  clipTo(pen, row, axis);
  if (isDense(axis)) {
    fillBand(pen, column, range, row, axis, [theme.background, color]);
  } else {
    traceLine(pen, column, range, row, axis);
    strokeHaloed(pen, row, theme, color);
  }
  pen.restore();
  if (range.clipped) {
    drawClipped(pen, column, range, row, axis, color);
  }
}

export function clipTo(pen: Pen, row: Row, axis: TimeAxis): void {
  pen.beginPath();
  pen.rect(axis.left, row.top, axis.right - axis.left, row.height);
  pen.clip();
}

function strokeHaloed(pen: Pen, row: Row, theme: Theme, color: string): void {
  const low = row.height < 24;
  pen.lineJoin = "round";
  pen.strokeStyle = theme.background;
  pen.globalAlpha = 0.8;
  pen.lineWidth = low ? 2.4 : 3.4;
  pen.stroke();
  pen.strokeStyle = color;
  pen.globalAlpha = 1;
  pen.lineWidth = low ? 0.9 : 1.25;
  pen.stroke();
}

/** The line as a path; what is not a number is a gap in it. */
export function traceLine(pen: Pen, column: Column, range: ValueRange, row: Row, axis: TimeAxis): void {
  const points = linePoints(column, axis);
  pen.beginPath();
  let drawn = false;
  for (let place = 0; place < points.length; place += 2) {
    const y = valueToPixel(points[place + 1], range, row);
    if (Number.isNaN(y)) {
      drawn = false;
    } else if (drawn) {
      pen.lineTo(pixelOf(points[place], axis), y);
    } else {
      // A point on its own, between two gaps, is a dot.
      pen.moveTo(pixelOf(points[place], axis), y);
      pen.lineTo(pixelOf(points[place], axis), y + 0.01);
      drawn = true;
    }
  }
}

/** Of very many samples, the band between least and largest values: as exact as their line, and drawn much sooner. */
function fillBand(
  pen: Pen,
  column: Column,
  range: ValueRange,
  row: Row,
  axis: TimeAxis,
  [halo, color]: [string, string],
): void {
  const y = (sample: number): number => valueToPixel(column.at(sample), range, row);
  const band = envelope(column, axis).filter(({ low }) => !Number.isNaN(column.at(low)));
  const edges = band.map(({ start, low, high }) => ({ x: pixelOf(start, axis), top: y(high), bottom: y(low) }));
  for (const [style, alpha, reach] of [[halo, 0.8, 1.4], [color, 1, 0.45]] as const) {
    pen.fillStyle = style;
    pen.globalAlpha = alpha;
    pen.beginPath();
    edges.forEach(({ x, top }) => pen.lineTo(x, top - reach));
    for (let place = edges.length - 1; place >= 0; place--) {
      pen.lineTo(edges[place].x, edges[place].bottom + reach);
    }
    pen.closePath();
    pen.fill();
  }
}

/** Small arrows where the line leaves its row. */
function drawClipped(
  pen: Pen,
  column: Column,
  range: ValueRange,
  row: Row,
  axis: TimeAxis,
  color: string,
): void {
  const points = linePoints(column, axis);
  pen.fillStyle = color;
  let last = -Infinity;
  for (let place = 0; place < points.length; place += 2) {
    const [x, value] = [pixelOf(points[place], axis), points[place + 1]];
    const inside = value >= range.low && value <= range.high;
    if (x < axis.left || x > axis.right || inside || Number.isNaN(value) || x - last < 3) {
      continue;
    }
    last = x;
    const [tip, base] = value > range.high ? [row.top, row.top + 4] : [row.top + row.height, row.top + row.height - 4];
    pen.beginPath();
    pen.moveTo(x, tip);
    pen.lineTo(x - 3, base);
    pen.lineTo(x + 3, base);
    pen.fill();
  }
}
