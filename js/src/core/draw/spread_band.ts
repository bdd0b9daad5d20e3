import type { ValueRange } from "../picture/value_range.js";
import type { Column } from "../samples/column.js";
import { spreadBand } from "../samples/decimation.js";
import type { TimeAxis } from "../samples/time_axis.js";
import { clipTo, traceBand } from "./line.js";
import type { Row } from "./row_layout.js";
import type { Pen } from "./scene.js";
import type { Theme } from "./theme.js";

/** Band around a mean: one standard deviation to each side. Where many overlap, each has its share of the opacity. */
export function drawSpread(
  pen: Pen,
  lower: Column,
  upper: Column,
  range: ValueRange,
  row: Row,
  axis: TimeAxis,
  theme: Theme,
  share: number,
): void {
  pen.save();
  clipTo(pen, row, axis);
  traceBand(pen, spreadBand(lower, upper, axis), 0, range, row, axis);
  pen.fillStyle = theme.background;
  pen.globalAlpha = 0.25 * share;
  pen.fill();
  pen.fillStyle = theme.ink;
  pen.globalAlpha = 0.17 * share;
  pen.fill();
  pen.restore();
}
