import type { TemplateResult } from "lit-html";
import { canvasPen } from "../../core/draw/canvas_pen.js";
import { drawGrid, type GridColumn, gridHeight, linesOf } from "../../core/draw/grid.js";
import type { Theme } from "../../core/draw/theme.js";
import { canvas } from "../../dom/canvas.js";

/** A grid of small plots, split into lines that fit the width. */
export const gridOf = (
  columns: GridColumn[],
  names: string[],
  width: number,
  row: number,
  theme: Theme,
): TemplateResult[] =>
  linesOf(columns, names, width).map((line) => {
    const words = `${line.map(({ title, note }) => `${title}: ${note}`).join("; ")}; channels ${names.join(", ")}`;
    const draw = (context: CanvasRenderingContext2D): void =>
      drawGrid(canvasPen(context), line, names, width, row, theme, columns);
    return canvas(width, gridHeight(names.length, row), draw, words);
  });
