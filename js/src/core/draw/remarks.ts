import { formatNumber } from "../text/numbers.js";
import { fit } from "./labels.js";
import type { Frame, Pen, Scene } from "./scene.js";

/** What the picture omits: hidden channels, and samples that share a pixel. */
function remarksOf({ picture }: Scene, { axis }: Frame): string[] {
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
  if (picture.options.order === "share" && !picture.shares) {
    remarks.push(picture.orderedBy ? `order: share in ${picture.orderedBy}` : "order as given: no shares are known");
  }
  return remarks;
}

/** Width that is left to the dates at the axis. */
const DATES = 190;

/** Remarks below the plot, at the right. */
export function drawRemarks(pen: Pen, scene: Scene, frame: Frame): void {
  const remarks = remarksOf(scene, frame);
  if (remarks.length === 0) {
    return;
  }
  const { plot, left, height } = frame;
  const room = scene.facts.start ? plot.width - DATES : plot.left - left + plot.width;
  pen.save();
  pen.font = `11px ${scene.theme.font}`;
  pen.fillStyle = scene.theme.faint;
  pen.textAlign = "right";
  pen.textBaseline = "bottom";
  pen.fillText(fit(pen, remarks.join(" · "), room), plot.left + plot.width, height - 2);
  pen.restore();
}
