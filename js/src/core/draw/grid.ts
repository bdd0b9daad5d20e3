import type { JobArray } from "../picture/job_results.js";
import type { ValueRange } from "../picture/value_range.js";
import { type Column, columnsOf } from "../samples/column.js";
import type { TimeAxis } from "../samples/time_axis.js";
import { formatEnds } from "../text/numbers.js";
import { fit } from "./labels.js";
import { clipTo, traceLine } from "./line.js";
import type { Row } from "./row_layout.js";
import type { Pen } from "./scene.js";
import { lineColor, type Theme } from "./theme.js";

/** A curve of a cell; later curves are drawn on top. */
export interface Curve {
  readonly column: Column;
  /** Index into the theme's line colors; null for the text color. */
  readonly color: number | null;
  readonly faint?: boolean;
}

/** A column of cells that share an axis, one cell per row. */
export interface GridColumn {
  readonly title: string;
  readonly note: string;
  /** Labels at both ends of the axis. */
  readonly ends: [string, string];
  readonly cells: Curve[][];
  /** Columns with the same scale name share the value range of each row. */
  readonly scale: string;
  /** Whether the value range starts at zero. */
  readonly fromZero?: boolean;
  /** Position of a marker line as a fraction of the width. */
  readonly mark?: number | null;
}

const HEAD = 36;
const FOOT = 18;
const GAP = 22;
const ROW_GAP = 4;
const TICKS = 38;
/** Minimum width of a column. */
const LEAST = 132;

/** Columns split into lines, as many per line as fit. */
export function linesOf(columns: GridColumn[], names: string[], width: number): GridColumn[][] {
  const most = Math.max(1, Math.min(columns.length, Math.floor((width - nameRoom(names)) / LEAST)));
  const even = Math.ceil(columns.length / Math.ceil(columns.length / most));
  return Array.from({ length: Math.ceil(columns.length / even) }, (_, line) =>
    columns.slice(line * even, (line + 1) * even),
  );
}

export const gridHeight = (rows: number, rowHeight: number): number => HEAD + rows * rowHeight + FOOT;

/** Small plots in a grid with one row per channel, named at the left. Value ranges are shared with `all`. */
export function drawGrid(
  pen: Pen,
  columns: GridColumn[],
  names: string[],
  width: number,
  rowHeight: number,
  theme: Theme,
  all = columns,
): void {
  const left = nameRoom(names);
  const pitch = (width - left) / columns.length;
  const rows = names.map((_, place): Row => ({ top: HEAD + place * rowHeight, height: rowHeight - ROW_GAP }));
  pen.save();
  pen.textBaseline = "middle";
  rows.forEach((row, place) => drawRowName(pen, names[place], row, left, theme));
  columns.forEach((column, place) => {
    const start = left + place * pitch + TICKS;
    const axis = { left: start, right: left + (place + 1) * pitch - (place < columns.length - 1 ? GAP - 10 : 6) };
    drawHead(pen, column, axis, theme);
    rows.forEach((row, line) => drawCell(pen, column, rangeOf(all, column, line), line, row, axis, theme));
    drawEnds(pen, column, axis, HEAD + names.length * rowHeight, theme);
  });
  pen.restore();
}

const nameRoom = (names: string[]): number => 14 + Math.min(96, 8 * Math.max(...names.map((name) => name.length)));

interface ColorLimit {
  readonly left: number;
  readonly right: number;
}

function drawRowName(pen: Pen, name: string, row: Row, right: number, theme: Theme): void {
  pen.font = `600 12px ${theme.font}`;
  pen.fillStyle = theme.ink;
  pen.textAlign = "right";
  pen.fillText(fit(pen, name, right - 8), right - 6, row.top + row.height / 2);
}

function drawHead(pen: Pen, { title, note }: GridColumn, { left, right }: ColorLimit, theme: Theme): void {
  pen.textAlign = "left";
  pen.font = `600 12px ${theme.font}`;
  pen.fillStyle = theme.ink;
  pen.fillText(fit(pen, title, right - left), left, 9);
  pen.font = `11px ${theme.font}`;
  pen.fillStyle = theme.faint;
  pen.fillText(fit(pen, note, right - left), left, 24);
}

function drawEnds(pen: Pen, { ends }: GridColumn, { left, right }: ColorLimit, top: number, theme: Theme): void {
  pen.font = `10px ${theme.font}`;
  pen.fillStyle = theme.faint;
  pen.textAlign = "left";
  pen.fillText(ends[0], left, top + 6);
  pen.textAlign = "right";
  pen.fillText(ends[1], right, top + 6);
}

function drawCell(
  pen: Pen,
  column: GridColumn,
  range: ValueRange,
  line: number,
  row: Row,
  { left, right }: ColorLimit,
  theme: Theme,
): void {
  drawRoom(pen, range, row, { left, right }, theme);
  if (column.mark !== null && column.mark !== undefined) {
    pen.fillStyle = lineColor(1, theme);
    pen.globalAlpha = 0.7;
    pen.fillRect(left + column.mark * (right - left) - 0.5, row.top, 1, row.height);
    pen.globalAlpha = 1;
  }
  for (const curve of column.cells[line]) {
    const axis = axisOf(curve.column.samples, left, right);
    pen.save();
    clipTo(pen, row, axis);
    pen.strokeStyle = curve.color === null ? theme.ink : lineColor(curve.color, theme);
    pen.globalAlpha = curve.faint ? 0.35 : 1;
    pen.lineWidth = curve.faint ? 0.8 : 1.6;
    pen.lineJoin = "round";
    traceLine(pen, curve.column, range, row, axis);
    pen.stroke();
    pen.restore();
  }
}

/** Border, zero line and value range. */
function drawRoom(pen: Pen, range: ValueRange, row: Row, { left, right }: ColorLimit, theme: Theme): void {
  pen.strokeStyle = theme.faint;
  pen.globalAlpha = 0.35;
  pen.lineWidth = 1;
  pen.strokeRect(Math.round(left) + 0.5, row.top + 0.5, Math.round(right - left) - 1, row.height - 1);
  pen.globalAlpha = 1;
  if (row.height >= 22) {
    pen.font = `9px ${theme.font}`;
    pen.fillStyle = theme.faint;
    pen.textAlign = "right";
    const [low, high] = formatEnds(range.low, range.high, 2);
    pen.fillText(high, left - 4, row.top + 6);
    pen.fillText(low, left - 4, row.top + row.height - 6);
  }
}

/** Curve through samples spread evenly from one edge to the other. */
const axisOf = (samples: number, left: number, right: number): TimeAxis => {
  const step = (right - left) / Math.max(1, samples - 1);
  return { origin: left, step, samples, whole: samples, left, right };
};

/** Value range of a row over all columns with the same scale name. */
function rangeOf(columns: GridColumn[], { scale, fromZero }: GridColumn, line: number): ValueRange {
  let [low, high] = [Infinity, -Infinity];
  for (const column of columns.filter((other) => other.scale === scale)) {
    for (const { column: values } of column.cells[line]) {
      for (let place = 0; place < values.samples; place++) {
        low = values.at(place) < low ? values.at(place) : low;
        high = values.at(place) > high ? values.at(place) : high;
      }
    }
  }
  low = fromZero ? 0 : low;
  return low < high
    ? { low, high, clipped: false }
    : { low: (Number.isFinite(low) ? low : 0) - 1, high: (Number.isFinite(high) ? high : 0) + 1, clipped: false };
}

/** Channels of an array (sample, channel), or of one piece of an array (piece, sample, channel). */
export function channelsOf({ values, shape }: JobArray, piece = 0): Column[] {
  const [samples, channels] = shape.slice(-2);
  const size = samples * channels;
  return columnsOf(values.subarray(piece * size, (piece + 1) * size), samples, channels);
}
