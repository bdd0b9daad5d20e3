import { canvasPen } from "../../core/draw/canvas_pen.js";
import { drawGrid, type GridColumn, gridHeight, linesOf } from "../../core/draw/grid.js";
import type { Pen } from "../../core/draw/scene.js";
import type { Theme } from "../../core/draw/theme.js";
import { textElement } from "../../dom/text_element.js";

/** A canvas of this size in CSS pixels, drawn on once, with its contents in words. */
export function drawnCanvas(width: number, height: number, words: string, draw: (pen: Pen) => void): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  const ratio = window.devicePixelRatio || 1;
  [canvas.width, canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
  Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", words);
  const context = canvas.getContext("2d")!;
  context.scale(ratio, ratio);
  draw(canvasPen(context));
  return canvas;
}

/** A grid of small plots, in as many lines as its width needs. */
export function gridOf(columns: GridColumn[], names: string[], width: number, row: number, theme: Theme): HTMLElement {
  const lines = linesOf(columns, names, width).map((line) => {
    const words = `${line.map(({ title, note }) => `${title}: ${note}`).join("; ")}; channels ${names.join(", ")}`;
    return drawnCanvas(width, gridHeight(names.length, row), words, (pen) =>
      drawGrid(pen, line, names, width, row, theme, columns),
    );
  });
  return textElement("div", "", ...lines);
}
