import { formatNumber } from "../text/numbers.js";
import type { Frame, Pen, Scene } from "./scene.js";

/** What the picture omits: hidden channels, and samples that share a pixel. */
export function remarksOf({ picture }: Scene, { axis }: Frame): string[] {
  const remarks = [];
  const hidden = picture.series.channels - picture.channels.length;
  if (hidden > 0) {
    remarks.push(`${hidden} of ${picture.series.channels} channels hidden`);
  }
  if (axis.step < 0.5) {
    remarks.push(`1 px = ${formatNumber(1 / axis.step, 3)} samples, extremes kept`);
  }
  if (picture.options.gain !== 1) {
    remarks.push(`gain × ${formatNumber(picture.options.gain, 2)}`);
  }
  return remarks;
}

/** Remarks below the plot, at the right. */
export function drawRemarks(pen: Pen, scene: Scene, frame: Frame): void {
  const remarks = remarksOf(scene, frame);
  if (remarks.length === 0) {
    return;
  }
  const { plot, height } = frame;
  pen.save();
  pen.font = `11px ${scene.theme.font}`;
  pen.fillStyle = scene.theme.faint;
  pen.textAlign = "right";
  pen.textBaseline = "bottom";
  pen.fillText(remarks.join(" · "), plot.left + plot.width, height - 2);
  pen.restore();
}
