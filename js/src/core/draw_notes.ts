import { formatNumber } from "./numbers.js";
import type { Frame, Pen, Scene } from "./scene.js";

/** What the picture leaves out, said in it: channels that are hidden, and samples that share a pixel. */
export function notesOf({ picture }: Scene, { axis }: Frame): string[] {
  const notes = [];
  const hidden = picture.series.channels - picture.channels.length;
  if (hidden > 0) {
    notes.push(`${hidden} of ${picture.series.channels} channels hidden`);
  }
  if (axis.step < 0.5) {
    notes.push(`1 px = ${formatNumber(1 / axis.step, 3)} samples: the line keeps least and largest, the color the largest |value|`);
  }
  if (picture.options.gain !== 1) {
    notes.push(`gain × ${formatNumber(picture.options.gain, 2)}`);
  }
  return notes;
}

/** Under the picture, at its right. */
export function drawNotes(pen: Pen, scene: Scene, frame: Frame): void {
  const notes = notesOf(scene, frame);
  if (notes.length === 0) {
    return;
  }
  const { plot, height } = frame;
  pen.save();
  pen.font = `11px ${scene.theme.font}`;
  pen.fillStyle = scene.theme.faint;
  pen.textAlign = "right";
  pen.textBaseline = "bottom";
  pen.fillText(notes.join(" · "), plot.left + plot.width, height - 2);
  pen.restore();
}
