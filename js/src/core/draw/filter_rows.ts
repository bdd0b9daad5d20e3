import type { StepField } from "../picture/receptive_field.js";
import type { ValueRange } from "../picture/value_range.js";
import type { Column } from "../samples/column.js";
import { pixelOf } from "../samples/time_axis.js";
import { formatNumber, formatSigned } from "../text/numbers.js";
import { drawName, drawTicks } from "./labels.js";
import { drawLine } from "./line.js";
import { drawBorders, drawExtrapolated, drawOverlayMessage, drawPadding, drawUnseen } from "./marks.js";
import { layoutRows, type Row } from "./row_layout.js";
import type { Frame, Pen } from "./scene.js";
import { lineColor, type Theme } from "./theme.js";

/** Activations of one filter. */
export interface FilterRow {
  readonly filter: number;
  readonly column: Column;
  readonly range: ValueRange;
  /** Value by which filters are sorted. */
  readonly importance: number;
}

export interface FiltersScene {
  readonly rows: readonly FilterRow[];
  readonly chosen: number | null;
  readonly unseen: [number, number][];
  readonly centers: [number, number] | null;
  /** Receptive field of the step under the pointer. */
  readonly stepField: StepField | null;
  /** Whether importances are signed weights. */
  readonly weights: boolean;
  readonly theme: Theme;
  readonly message: string | null;
}

export const ROW = 44;
/** Height of the headings above the rows. */
export const HEAD = 18;
const GAP = 6;

/** Rows of the filters within the plot. */
export const rowsOf = ({ plot }: Frame, count: number): Row[] =>
  layoutRows(
    plot.top,
    plot.height,
    Array.from({ length: count }, (_, place) => [place]),
    false,
  ).rows;

/** Activations of some filters, one row each, on the time axis of the input. */
export function drawFilters(pen: Pen, scene: FiltersScene, frame: Frame): void {
  const { theme, centers, unseen, stepField } = scene;
  const rows = rowsOf(frame, scene.rows.length);
  if (centers) {
    rows.forEach((row) => drawExtrapolated(pen, row, centers, frame.axis, theme));
  }
  drawUnseen(pen, rows, unseen, frame.axis, theme);
  drawPadding(pen, rows, frame.axis, theme);
  if (stepField) {
    rows.forEach((row) => drawStepField(pen, stepField, row, frame, theme));
  }
  scene.rows.forEach(({ filter, column, range }, place) => {
    drawLine(
      pen,
      column,
      range,
      rows[place],
      frame.axis,
      theme,
      filter === scene.chosen ? lineColor(1, theme) : theme.ink,
    );
  });
  drawBorders(pen, rows, frame.axis, theme);
  pen.save();
  pen.textBaseline = "middle";
  const prefix = prefixOf(pen, scene, frame);
  drawHeading(pen, scene, frame);
  scene.rows.forEach((row, place) => drawMargins(pen, scene, row, rows[place], frame, prefix));
  pen.restore();
  if (scene.message !== null) {
    drawOverlayMessage(pen, scene.message, frame, theme);
  }
}

/** Meaning of the number at the right of each row. */
function drawHeading(pen: Pen, { weights, theme }: FiltersScene, { width, plot }: Frame): void {
  pen.font = `11px ${theme.font}`;
  pen.fillStyle = theme.faint;
  pen.textAlign = "right";
  pen.fillText(weights ? "weight for the class" : "mean activation", width - 4, plot.top - HEAD / 2);
}

/** "filter " if it fits before every number. */
function prefixOf(pen: Pen, { rows, theme }: FiltersScene, { plot }: Frame): string {
  pen.font = `600 12px ${theme.font}`;
  const widest = Math.max(...rows.map(({ filter }) => pen.measureText(`filter ${filter}`).width));
  return widest <= plot.left - 58 ? "filter " : "";
}

function drawMargins(pen: Pen, scene: FiltersScene, one: FilterRow, row: Row, frame: Frame, prefix: string): void {
  const { chosen, theme, weights } = scene;
  const { left, width } = frame.plot;
  drawTicks(pen, one.range, row, left, theme);
  drawName(pen, { name: `${prefix}${one.filter}` }, row, left - 50, left - 58, theme);
  if (one.filter === chosen) {
    pen.fillStyle = lineColor(1, theme);
    pen.fillRect(2, row.top, 4, row.height);
  }
  pen.fillStyle = theme.ink;
  pen.font = `11px ${theme.font}`;
  pen.textAlign = "left";
  pen.fillText((weights ? formatSigned : formatNumber)(one.importance), left + width + GAP, row.top + row.height / 2);
}

/** Receptive field of a step, with a line at its center. */
function drawStepField(pen: Pen, { start, stop, center }: StepField, row: Row, { axis }: Frame, theme: Theme): void {
  const within = (sample: number): number => Math.max(axis.left, Math.min(axis.right, pixelOf(sample, axis)));
  const [left, right] = [within(start - 0.5), within(stop - 0.5)];
  pen.save();
  pen.fillStyle = lineColor(0, theme);
  pen.globalAlpha = 0.16;
  pen.fillRect(left, row.top, right - left, row.height);
  pen.globalAlpha = 0.8;
  pen.fillRect(within(center) - 0.5, row.top, 1, row.height);
  pen.restore();
}
