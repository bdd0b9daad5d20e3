import type { ValueRange } from "../picture/value_range.js";
import type { Column } from "../samples/column.js";
import type { TimeAxis } from "../samples/time_axis.js";
import { formatNumber } from "../text/numbers.js";
import { type ColorScale, colorIndex } from "./color.js";
import { clipTo, traceLine, valueToPixel } from "./line.js";
import type { Row } from "./row_layout.js";
import type { Pen } from "./scene.js";
import { lineColor, type Theme } from "./theme.js";

/** Plots of one step's contribution, each on a canvas of its own. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

const MARGIN = 4;

/** One line per channel over some samples; the channel of `strong` is emphasized. */
export function drawWindowSeries(
  pen: Pen,
  channels: readonly { column: Column; range: ValueRange }[],
  [start, stop]: readonly [number, number],
  strong: number | null,
  { width, height }: Size,
  theme: Theme,
): void {
  const pitch = (height - 2 * MARGIN) / channels.length;
  const axis = axisOver(start, stop, width);
  channels.forEach(({ column, range }, place) => {
    const row = { top: MARGIN + place * pitch, height: pitch };
    pen.strokeStyle = place === strong ? lineColor(1, theme) : theme.ink;
    pen.lineWidth = place === strong ? 2 : 1;
    strokeColumn(pen, column, range, row, { ...axis, samples: column.samples, whole: column.samples });
  });
  drawBox(pen, { width, height }, theme);
}

/** Values (sample, channel) as cells, one row per channel. */
export function drawCells(
  pen: Pen,
  columns: readonly Column[],
  scale: ColorScale,
  { width, height }: Size,
  theme: Theme,
): void {
  const pitch = height / columns.length;
  columns.forEach((column, row) => {
    const step = width / column.samples;
    for (let sample = 0; sample < column.samples; sample++) {
      pen.fillStyle = scale.colors[colorIndex(column.at(sample), scale)];
      // Edges on whole pixels leave no seams between cells.
      const [left, right] = [Math.round(sample * step), Math.round((sample + 1) * step)];
      const [top, bottom] = [Math.round(row * pitch), Math.round((row + 1) * pitch)];
      pen.fillRect(left, top, right - left, bottom - top);
    }
  });
  drawBox(pen, { width, height }, theme);
}

/** Values over positions, with a shaded window and a dot at one of them. */
export function drawActivation(
  pen: Pen,
  column: Column,
  [start, stop]: readonly [number, number],
  dot: number,
  { width, height }: Size,
  theme: Theme,
): void {
  const axis = axisOver(0, column.samples, width);
  const row = { top: MARGIN, height: height - 2 * MARGIN };
  const range = rangeOf(column);
  const x = (position: number): number => axis.origin + position * axis.step;
  pen.save();
  pen.fillStyle = theme.faint;
  pen.globalAlpha = 0.25;
  pen.fillRect(x(start - 0.5), 0, x(stop - 0.5) - x(start - 0.5), height);
  pen.restore();
  pen.strokeStyle = theme.ink;
  pen.lineWidth = 1.4;
  strokeColumn(pen, column, range, row, axis);
  pen.fillStyle = lineColor(1, theme);
  pen.fillRect(x(dot) - 4, valueToPixel(column.at(dot), range, row) - 4, 8, 8);
  drawRange(pen, range, { width, height }, theme);
  drawBox(pen, { width, height }, theme);
}

/** Bars from zero, one per step, in the colors of the map; the chosen one is opaque and outlined. */
export function drawBars(
  pen: Pen,
  values: Float32Array,
  chosen: number,
  scale: ColorScale,
  { width, height }: Size,
  theme: Theme,
): void {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  const range = { low: -largest, high: largest, clipped: false };
  const row = { top: MARGIN, height: height - 2 * MARGIN };
  const zero = valueToPixel(0, range, row);
  const pitch = width / values.length;
  values.forEach((value, step) => {
    const y = valueToPixel(value, range, row);
    const gap = Math.min(3, pitch / 5);
    const bar = [step * pitch + gap, Math.min(y, zero), pitch - 2 * gap, Math.max(1, Math.abs(y - zero))] as const;
    pen.fillStyle = scale.colors[colorIndex(Math.sign(value) * 0.75 * scale.limit, scale)];
    pen.globalAlpha = step === chosen ? 1 : 0.5;
    pen.fillRect(...bar);
    pen.globalAlpha = 1;
    if (step === chosen) {
      pen.strokeStyle = theme.ink;
      pen.lineWidth = 1.5;
      pen.strokeRect(...bar);
    }
  });
  pen.fillStyle = theme.faint;
  pen.fillRect(0, zero - 0.5, width, 1);
  drawRange(pen, range, { width, height }, theme);
  drawBox(pen, { width, height }, theme);
}

/** Step whose bar is at a horizontal position. */
export const barAt = (x: number, count: number, { width }: Size): number =>
  Math.max(0, Math.min(count - 1, Math.floor((x / width) * count)));

function strokeColumn(pen: Pen, column: Column, range: ValueRange, row: Row, axis: TimeAxis): void {
  pen.save();
  clipTo(pen, row, axis);
  pen.lineJoin = "round";
  traceLine(pen, column, range, row, axis);
  pen.stroke();
  pen.restore();
}

/** Axis on which the samples [start, stop) fill the width. */
function axisOver(start: number, stop: number, width: number): TimeAxis {
  const step = width / (stop - start);
  const samples = stop;
  return { origin: (0.5 - start) * step, step, samples, whole: samples, left: 0, right: width };
}

function rangeOf(column: Column): ValueRange {
  const [low, high] = (["lowest", "highest"] as const).map((kind) => column.extreme(kind, 0, column.samples));
  return low < high ? { low, high, clipped: false } : { low: low - 1, high: high + 1, clipped: false };
}

function drawRange(pen: Pen, { low, high }: ValueRange, { height }: Size, theme: Theme): void {
  pen.font = `10px ${theme.font}`;
  pen.fillStyle = theme.faint;
  pen.textAlign = "left";
  pen.textBaseline = "middle";
  pen.fillText(formatNumber(high, 2), 4, 9);
  pen.fillText(formatNumber(low, 2), 4, height - 9);
}

function drawBox(pen: Pen, { width, height }: Size, theme: Theme): void {
  pen.strokeStyle = theme.faint;
  pen.globalAlpha = 0.5;
  pen.lineWidth = 1;
  pen.strokeRect(0.5, 0.5, width - 1, height - 1);
  pen.globalAlpha = 1;
}
