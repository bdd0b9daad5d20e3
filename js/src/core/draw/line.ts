import type { ValueRange } from "../picture/value_range.js";
import type { Column } from "../samples/column.js";
import { envelope, isDense, linePoints } from "../samples/decimation.js";
import { pixelOf, type TimeAxis } from "../samples/time_axis.js";
import type { Row } from "./row_layout.js";
import type { Pen } from "./scene.js";
import type { Theme } from "./theme.js";

/** Rows below this height, in pixels, have thin lines. */
const LOW = 24;

/** Size of the dot of an isolated sample, in pixels; also the minimum step between samples at which it is drawn. */
const DOT = 4;

/** Margin above and below a line within its row. */
const padding = (row: Row): number => Math.min(4, row.height * 0.1);

export function valueToPixel(value: number, range: ValueRange, row: Row): number {
  const inner = row.height - 2 * padding(row);
  const share = (value - range.low) / (range.high - range.low);
  return row.top + padding(row) + (1 - share) * inner;
}

/** Value at a height within or beyond a row. */
export function valueAt(pixel: number, range: ValueRange, row: Row): number {
  const inner = row.height - 2 * padding(row);
  return range.low + (1 - (pixel - row.top - padding(row)) / inner) * (range.high - range.low);
}

/** The signal with a halo in the background color, which makes it legible on any color. */
export function drawLine(
  pen: Pen,
  column: Column,
  range: ValueRange,
  row: Row,
  axis: TimeAxis,
  theme: Theme,
  color: string,
): void {
  const draw = isDense(axis) ? fillBand : strokeHaloed;
  clipped(pen, row, axis, () => draw(pen, column, range, row, axis, [theme.background, color]));
  if (range.clipped) {
    drawClipped(pen, column, range, row, axis, color);
  }
}

/** The series before it was edited: a thin dashed line, or a pale band where samples are dense. */
export function drawOriginal(
  pen: Pen,
  column: Column,
  range: ValueRange,
  row: Row,
  axis: TimeAxis,
  theme: Theme,
): void {
  clipped(pen, row, axis, () => {
    if (isDense(axis)) {
      pen.fillStyle = theme.faint;
      pen.globalAlpha = 0.35;
      traceBand(pen, envelope(column, axis), 0.45, range, row, axis);
      pen.fill();
    } else {
      pen.strokeStyle = theme.faint;
      pen.lineWidth = 1;
      pen.setLineDash([4, 2]);
      traceLine(pen, column, range, row, axis);
      pen.stroke();
    }
  });
}

/** Draws within the plot of a row. */
function clipped(pen: Pen, row: Row, axis: TimeAxis, draw: () => void): void {
  pen.save();
  clipTo(pen, row, axis);
  draw();
  pen.restore();
}

export function clipTo(pen: Pen, row: Row, axis: TimeAxis): void {
  pen.beginPath();
  pen.rect(axis.left, row.top, axis.right - axis.left, row.height);
  pen.clip();
}

function strokeHaloed(
  pen: Pen,
  column: Column,
  range: ValueRange,
  row: Row,
  axis: TimeAxis,
  [halo, color]: [string, string],
): void {
  const low = row.height < LOW;
  pen.strokeStyle = pen.fillStyle = halo;
  pen.lineJoin = pen.lineCap = "round";
  pen.globalAlpha = 0.8;
  if (low) {
    // A band of constant height: with many rows it is painted much faster than a wide stroke.
    traceBand(pen, bandAlong(linePoints(column, axis)), 1.4, range, row, axis);
    pen.fill();
  }
  traceLine(pen, column, range, row, axis);
  if (!low) {
    pen.lineWidth = 3.4;
    pen.stroke();
  }
  pen.strokeStyle = color;
  pen.globalAlpha = 1;
  pen.lineWidth = low ? 0.9 : 1.25;
  pen.stroke();
  if (axis.step >= DOT) {
    drawDots(pen, linePoints(column, axis), range, row, axis, [halo, color]);
  }
}

/** Samples without neighbors, between two gaps, are drawn as dots. */
function drawDots(
  pen: Pen,
  points: Float32Array,
  range: ValueRange,
  row: Row,
  axis: TimeAxis,
  colors: [string, string],
): void {
  for (let place = 0; place < points.length; place += 2) {
    const [before = NaN, value, after = NaN] = [points[place - 1], points[place + 1], points[place + 3]];
    if (Number.isNaN(before) && !Number.isNaN(value) && Number.isNaN(after)) {
      const [x, y] = [pixelOf(points[place], axis), valueToPixel(value, range, row)];
      colors.forEach((color, place) => {
        const half = place === 0 ? DOT / 2 + 1 : DOT / 2;
        pen.fillStyle = color;
        pen.fillRect(x - half, y - half, 2 * half, 2 * half);
      });
    }
  }
}

/** Points of a line as a band of zero height. */
function bandAlong(points: Float32Array): Float32Array {
  const band = new Float32Array((3 * points.length) / 2);
  for (let place = 0; 2 * place < points.length; place++) {
    band[3 * place] = points[2 * place];
    band[3 * place + 1] = band[3 * place + 2] = points[2 * place + 1];
  }
  return band;
}

/** Path of the line; NaN is a gap. */
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
      // A sample between two gaps is drawn as a dot.
      pen.moveTo(pixelOf(points[place], axis), y);
      pen.lineTo(pixelOf(points[place], axis), y + 0.01);
      drawn = true;
    }
  }
}

/** For dense samples, the band between minimum and maximum per pixel: as exact as the line, and much faster. */
function fillBand(
  pen: Pen,
  column: Column,
  range: ValueRange,
  row: Row,
  axis: TimeAxis,
  [halo, color]: [string, string],
): void {
  const band = envelope(column, axis);
  // Low rows have no room for a halo.
  if (row.height >= LOW) {
    pen.fillStyle = halo;
    pen.globalAlpha = 0.8;
    traceBand(pen, band, 1.4, range, row, axis);
    pen.fill();
  }
  pen.fillStyle = color;
  pen.globalAlpha = 1;
  traceBand(pen, band, 0.45, range, row, axis);
  pen.fill();
}

export function traceBand(
  pen: Pen,
  band: Float32Array,
  reach: number,
  range: ValueRange,
  row: Row,
  axis: TimeAxis,
): void {
  pen.beginPath();
  for (let start = 0; start < band.length; ) {
    let stop = start;
    while (stop < band.length && !Number.isNaN(band[stop + 1])) {
      pen.lineTo(pixelOf(band[stop], axis), valueToPixel(band[stop + 2], range, row) - reach);
      stop += 3;
    }
    // The last sample of a band gets the width of a pixel; without it, one between two gaps would be invisible.
    for (const side of stop > start ? [2, 1] : []) {
      const y = valueToPixel(band[stop - 3 + side], range, row) + (side === 2 ? -reach : reach);
      pen.lineTo(Math.min(pixelOf(band[stop - 3], axis) + 1, pixelOf(axis.samples - 1, axis)), y);
    }
    for (let place = stop - 3; place >= start; place -= 3) {
      pen.lineTo(pixelOf(band[place], axis), valueToPixel(band[place + 1], range, row) + reach);
    }
    // A gap ends the band and starts another one.
    pen.closePath();
    for (start = stop; start < band.length && Number.isNaN(band[start + 1]); ) {
      start += 3;
    }
    if (start < band.length) {
      pen.moveTo(pixelOf(band[start], axis), valueToPixel(band[start + 2], range, row) - reach);
    }
  }
}

/** Minimum distance between arrows, so that a high gain does not cover the rows with them. */
const ARROWS = 14;

/** Small arrows where the line leaves its row. */
function drawClipped(pen: Pen, column: Column, range: ValueRange, row: Row, axis: TimeAxis, color: string): void {
  pen.fillStyle = color;
  const points = isDense(axis) ? colorLimitOf(envelope(column, axis)) : linePoints(column, axis);
  let last = -Infinity;
  for (let place = 0; place < points.length; place += 2) {
    const [x, value] = [pixelOf(points[place], axis), points[place + 1]];
    const beyond = value < range.low || value > range.high;
    // A single arrow replaces several that would overlap.
    if (beyond && x >= Math.max(axis.left, last + ARROWS) && x <= axis.right) {
      drawArrow(pen, x, row, value > range.high);
      last = x;
    }
  }
}

/** Minimum and maximum of each pixel of a band, as points of a line. */
function colorLimitOf(band: Float32Array): Float32Array {
  const points = new Float32Array((4 * band.length) / 3);
  for (let stretch = 0; 3 * stretch < band.length; stretch++) {
    const [start, low, high] = band.subarray(3 * stretch, 3 * stretch + 3);
    points.set([start, low, start, high], 4 * stretch);
  }
  return points;
}

function drawArrow(pen: Pen, x: number, row: Row, up: boolean): void {
  const [tip, base] = up ? [row.top, row.top + 4] : [row.top + row.height, row.top + row.height - 4];
  pen.beginPath();
  pen.moveTo(x, tip);
  pen.lineTo(x - 3, base);
  pen.lineTo(x + 3, base);
  pen.fill();
}
