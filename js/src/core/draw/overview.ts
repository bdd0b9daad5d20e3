import { heatOf, type Picture } from "../picture/picture.js";
import { heatValues } from "../samples/decimation.js";
import { type TimeAxis, visibleFraction } from "../samples/time_axis.js";
import { colorIndex, pixelColors } from "./color.js";
import { drawPadding } from "./marks.js";
import type { Frame, Pen, Scene } from "./scene.js";
import { overviewOf, scaleOf } from "./scene_layout.js";

/** Overview above the rows, shown when zoomed: the attribution of the whole series and the visible interval. */
export function drawOverview(pen: Pen, scene: Scene, frame: Frame): void {
  const row = overviewOf(scene, frame);
  if (!row) {
    return;
  }
  const { plot, ratio } = frame;
  const { theme } = scene;
  const scale = scaleOf(scene);
  const table = pixelColors(scale);
  const heat = wholeHeat(scene.picture, frame);
  const colors = Uint32Array.from(heat, (value) => (Number.isNaN(value) ? 0 : table[colorIndex(value, scale)]));
  pen.cells([{ colors, row, alpha: 1 }], { ...frame, axis: wholeAxis(frame) });
  drawPadding(pen, [row], wholeAxis(frame), theme);
  const [first, last] = visibleFraction(frame.axis).map(
    (share) => Math.round((plot.left + share * plot.width) * ratio) / ratio,
  );
  const width = Math.max(3, last - first);
  pen.save();
  pen.fillStyle = theme.background;
  pen.globalAlpha = 0.6;
  pen.fillRect(plot.left, row.top, first - plot.left, row.height);
  pen.fillRect(first + width, row.top, plot.left + plot.width - first - width, row.height);
  pen.globalAlpha = 1;
  pen.strokeStyle = theme.ink;
  pen.lineWidth = 1.5;
  pen.strokeRect(first, row.top - 1, width, row.height + 2);
  pen.fillStyle = theme.faint;
  pen.font = `11px ${theme.font}`;
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  pen.fillText("overview", plot.left - 8, row.top + row.height / 2);
  pen.restore();
}

/** Axis on which all samples fit into the plot. */
function wholeAxis({ plot, axis: { samples, whole } }: Frame): TimeAxis {
  const step = plot.width / whole;
  return { origin: plot.left + step / 2, step, samples, whole, left: plot.left, right: plot.left + plot.width };
}

// Zooming and panning change only the visible interval.
const made = new WeakMap<Picture, { name: string; heat: Float32Array }>();

/** For each device pixel the value of largest magnitude over all visible channels. */
function wholeHeat(picture: Picture, frame: Frame): Float32Array {
  const axis = wholeAxis(frame);
  const name = `${axis.left} ${axis.right} ${axis.whole} ${frame.ratio}`;
  let kept = made.get(picture);
  if (kept?.name !== name) {
    const channels = picture.channels.length > 0 ? picture.channels : [0];
    const columns = [...new Set(channels.map((channel) => heatOf(picture, channel)))];
    const [first, ...others] = columns.map((column) => heatValues(column, axis, frame.ratio));
    const larger = (one: number, other: number): number => (Math.abs(other) > Math.abs(one) ? other : one);
    kept = { name, heat: others.reduce((heat, more) => heat.map((value, pixel) => larger(value, more[pixel])), first) };
    made.set(picture, kept);
  }
  return kept.heat;
}
