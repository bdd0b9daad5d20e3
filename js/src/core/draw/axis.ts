import type { Frame, Pen } from "./scene.js";
import type { Theme } from "./theme.js";

/** A time axis as displayed; tick positions are in pixels from the left edge of the plot. */
export interface Axis {
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
  readonly title: string;
}

/** Ticks below the plot. The title is to the left of their labels if it fits there, and otherwise below them. */
export function drawAxis(pen: Pen, axis: Axis, { plot, left }: Frame, theme: Theme): void {
  const bottom = plot.top + plot.height;
  pen.strokeStyle = pen.fillStyle = theme.faint;
  pen.lineWidth = 1;
  pen.font = `11px ${theme.font}`;
  pen.textAlign = "center";
  pen.textBaseline = "top";
  for (const { at, text } of axis.ticks) {
    const x = Math.round(plot.left + at) + 0.5;
    pen.beginPath();
    pen.moveTo(x, bottom);
    pen.lineTo(x, bottom + 5);
    pen.stroke();
    pen.fillText(text, x, bottom + 7);
  }
  const [space, width] = [spaceOfTitle(pen, axis), pen.measureText(axis.title).width];
  const atLeft = width <= plot.left - left - space;
  pen.textAlign = atLeft ? "right" : "left";
  pen.fillText(axis.title, plot.left - (atLeft ? space : 0), bottom + (atLeft ? 7 : 21));
}

/** Space between the title and the plot, which the first label does not cross. */
const spaceOfTitle = (pen: Pen, { ticks }: Axis): number =>
  Math.max(22, ...ticks.slice(0, 1).map(({ at, text }) => pen.measureText(text).width / 2 - at + 6));
