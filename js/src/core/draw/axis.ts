import type { Frame, Pen } from "./scene.js";
import type { Theme } from "./theme.js";

/** A time axis as displayed; tick positions are in pixels from the left edge of the plot. */
export interface Axis {
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
  readonly title: string;
}

/** Space between the labels of two ticks, in pixels. */
const APART = 6;

/** The axis at another width of the plot. */
export const scaledAxis = ({ ticks, title }: Axis, factor: number): Axis => ({
  ticks: ticks.map(({ at, text }) => ({ at: at * factor, text })),
  title,
});

/** Every tick, or every second, third ..., so that no two labels overlap. */
export function spacedAxis(pen: Pen, { ticks, title }: Axis, theme: Theme): Axis {
  pen.font = `11px ${theme.font}`;
  const halves = ticks.map(({ text }) => pen.measureText(text).width / 2);
  const fits = (every: number): boolean =>
    ticks.every(
      ({ at }, place) =>
        place % every !== 0 ||
        place < every ||
        at - halves[place] - ticks[place - every].at - halves[place - every] >= APART,
    );
  let every = 1;
  while (every < ticks.length && !fits(every)) {
    every++;
  }
  return { ticks: ticks.filter((_, place) => place % every === 0), title };
}

export function drawAxis(pen: Pen, axis: Axis, { plot }: Frame, theme: Theme): void {
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
    pen.lineTo(x, bottom + 6);
    pen.stroke();
    pen.fillText(text, x, bottom + 9);
  }
  pen.font = `12px ${theme.font}`;
  pen.fillText(axis.title, plot.left + plot.width / 2, bottom + 24);
}
