import { fit } from "./labels.js";
import type { Frame, Pen, Scene } from "./scene.js";

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
  pen.fillText(fit(pen, `${caption.title}: ${caption.text}`, width - left - 12), left + 6, plot.top);
  pen.restore();
}
