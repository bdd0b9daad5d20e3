import { fit } from "./labels.js";
import { breakLines } from "./marks.js";
import type { Caption, Frame, Ink, Pen, Scene } from "./scene.js";
import { CAPTION_LINE } from "./scene_layout.js";

const MOST_LINES = 3;
/** Space to the left and to the right. */
const MARGIN = 6;

/** Captions of two pictures side by side, broken into the same number of lines, so that their rows are aligned. */
export function captionsOf(pen: Ink, texts: readonly string[], width: number, font: string): Caption[] {
  pen.save();
  pen.font = `600 12px ${font}`;
  const all = texts.map((text) => {
    const lines = breakLines(pen, text, width - 2 * MARGIN);
    return lines.length > MOST_LINES
      ? [...lines.slice(0, MOST_LINES - 1), lines.slice(MOST_LINES - 1).join(" ")]
      : lines;
  });
  pen.restore();
  const most = Math.max(...all.map((lines) => lines.length));
  return all.map((lines) => ({ lines: [...lines, ...Array<string>(most - lines.length).fill("")] }));
}

/** Caption above the rows, shown when two pictures are displayed side by side. */
export function drawCaption(pen: Pen, { caption, theme }: Scene, { plot, left, width }: Frame): void {
  if (caption === null) {
    return;
  }
  pen.save();
  pen.font = `600 12px ${theme.font}`;
  pen.fillStyle = theme.ink;
  pen.textAlign = "left";
  pen.textBaseline = "top";
  caption.lines.forEach((line, place) =>
    pen.fillText(fit(pen, line, width - left - 2 * MARGIN), left + MARGIN, plot.top + place * CAPTION_LINE),
  );
  pen.restore();
}
