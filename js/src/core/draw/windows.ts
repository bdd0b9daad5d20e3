import type { Annotation, Window } from "../picture/window.js";
import { pixelOf, type TimeAxis } from "../samples/time_axis.js";
import { fit } from "./labels.js";
import type { Row } from "./row_layout.js";
import type { Pen } from "./scene.js";
import { lineColor, type Theme } from "./theme.js";

const BAR = 4;
/** Characters of a note that a row may have room for. */
const LONGEST = 400;
/** Okabe and Ito's green: neither color of a map. */
export const TRUE = "#009e73";

/** Okabe and Ito's reddish purple. */
const NOTE = "#cc79a7";

const edges = ([first, stop]: Window, axis: TimeAxis): [number, number] => {
  const within = (pixel: number): number => Math.max(axis.left, Math.min(axis.right, pixel));
  return [within(pixelOf(first - 0.5, axis)), within(pixelOf(stop - 0.5, axis))];
};

/** Bars at the top of each row at the true intervals. */
export function drawIntervals(pen: Pen, rows: Row[], intervals: readonly Window[], axis: TimeAxis, theme: Theme): void {
  pen.save();
  for (const interval of intervals) {
    const [left, right] = edges(interval, axis);
    for (const row of right > left ? rows : []) {
      pen.fillStyle = theme.background;
      pen.fillRect(left - 1, row.top, right - left + 2, BAR + 1);
      pen.fillStyle = TRUE;
      pen.fillRect(left, row.top, right - left, BAR);
    }
  }
  pen.restore();
}

/** Bars at the bottom of each row at annotated windows; the first row shows the text. */
export function drawNotes(pen: Pen, notes: readonly Annotation[], rows: Row[], axis: TimeAxis, theme: Theme): void {
  pen.save();
  pen.font = `600 11px ${theme.font}`;
  pen.textAlign = "left";
  pen.textBaseline = "bottom";
  const starts = notes.map(({ window }) => edges(window, axis)[0]);
  for (const { window, text } of notes) {
    const [left, right] = edges(window, axis);
    // Up to the next note, or the end of the row; the whole text is in the list of notes.
    const end = Math.min(axis.right, ...starts.filter((start) => start > left));
    rows.forEach((row, place) => {
      const foot = row.top + row.height;
      pen.fillStyle = NOTE;
      pen.fillRect(left, foot - BAR, right - left, BAR);
      if (place === 0 && right > left) {
        drawLabel(pen, fit(pen, text.slice(0, LONGEST), end - left - 8), left, foot - BAR - 1, theme);
      }
    });
  }
  pen.restore();
}

function drawLabel(pen: Pen, text: string, left: number, bottom: number, theme: Theme): void {
  pen.fillStyle = theme.background;
  pen.fillRect(left, bottom - 14, pen.measureText(text).width + 6, 14);
  pen.fillStyle = theme.ink;
  pen.fillText(text, left + 3, bottom);
}

/** Dashed frame around the samples that a step sees. */
export function drawFramed(pen: Pen, window: Window, rows: Row, axis: TimeAxis, theme: Theme): void {
  const [left, right] = edges(window, axis);
  if (right <= left) {
    return;
  }
  pen.save();
  pen.strokeStyle = lineColor(0, theme);
  pen.lineWidth = 2;
  pen.setLineDash([6, 3]);
  pen.strokeRect(left, rows.top - 2, right - left, rows.height + 4);
  pen.restore();
}

/** Outline of the selected window; colors inside are unchanged. */
export function drawWindow(pen: Pen, window: Window, rows: Row, axis: TimeAxis, theme: Theme): void {
  const [left, right] = edges(window, axis);
  if (right <= left) {
    return;
  }
  pen.save();
  for (const [color, width] of [
    [theme.background, 4],
    [theme.ink, 1.75],
  ] as const) {
    pen.strokeStyle = color;
    pen.lineWidth = width;
    pen.strokeRect(left, rows.top - 2, right - left, rows.height + 4);
  }
  pen.restore();
}
