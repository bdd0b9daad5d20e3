import { type ColorScale, colorIndex, colorScale } from "./color.js";
import { type Column, heatRuns } from "./decimation.js";
import { drawLabels } from "./draw_labels.js";
import { drawLine } from "./draw_line.js";
import { drawBorders, drawExtrapolated, drawUnseen, drawVeil } from "./draw_marks.js";
import { marksOf } from "./facts.js";
import { type Picture, timeOnly } from "./picture.js";
import { type Row, type RowLayout, layoutRows } from "./row_layout.js";
import type { Frame, Scene } from "./scene.js";

/** Behind rows a map without channels is a hint only: its colors are read off the strip. */
const HINT = 0.38;

export function layoutOf(picture: Picture, frame: Frame): RowLayout {
  const { top, height } = frame.plot;
  return layoutRows(top, height, picture.series.channels, timeOnly(picture));
}

export function scaleOf(scene: Scene): ColorScale {
  const { picture, theme, veil } = scene;
  return colorScale(picture.signed, picture.limit, theme.dark, veil !== null);
}

/** Draws the whole picture. The context's unit is the device pixel for cells, and the CSS pixel for all else. */
export function drawScene(ctx: CanvasRenderingContext2D, scene: Scene, frame: Frame): void {
  const { picture, facts, theme } = scene;
  const layout = layoutOf(picture, frame);
  ctx.setTransform(1, 0, 0, 1, 0, 0);
  ctx.clearRect(0, 0, Math.round(frame.width * frame.ratio), Math.round(frame.height * frame.ratio));
  drawHeat(ctx, scene, frame, layout);
  ctx.setTransform(frame.ratio, 0, 0, frame.ratio, 0, 0);
  const { unseen, centers } = marksOf(picture.choice.method, facts);
  if (centers) {
    bands(layout).forEach((band) => drawExtrapolated(ctx, band, centers, frame.axis, theme));
  }
  drawUnseen(ctx, bands(layout), unseen, frame.axis, theme);
  layout.rows.forEach((row, channel) => {
    const column = { values: picture.series.values, offset: channel, stride: picture.series.channels };
    drawLine(ctx, column, picture.ranges[channel], row, frame.axis, theme);
  });
  drawBorders(ctx, bands(layout), frame.axis, theme);
  drawLabels(ctx, scene, frame, layout);
  if (scene.veil !== null) {
    drawVeil(ctx, scene.veil, frame, theme);
  }
}

const bands = (layout: RowLayout): Row[] => (layout.strip ? [layout.strip, ...layout.rows] : layout.rows);

function drawHeat(ctx: CanvasRenderingContext2D, scene: Scene, frame: Frame, layout: RowLayout): void {
  const { values, channels } = scene.picture.attribution;
  const scale = scaleOf(scene);
  const column = (channel: number): Column => ({ values, offset: channels === 1 ? 0 : channel, stride: channels });
  if (layout.strip) {
    fillCells(ctx, layout.strip, column(0), scale, frame);
  }
  ctx.globalAlpha = layout.strip ? HINT : 1;
  layout.rows.forEach((row, channel) => fillCells(ctx, row, column(channel), scale, frame));
  ctx.globalAlpha = 1;
}

function fillCells(ctx: CanvasRenderingContext2D, row: Row, column: Column, scale: ColorScale, frame: Frame): void {
  const top = Math.round(row.top * frame.ratio);
  const height = Math.round((row.top + row.height) * frame.ratio) - top;
  let last = -1;
  for (const { start, stop, value } of heatRuns(column, frame.axis, frame.ratio)) {
    const index = colorIndex(value, scale);
    if (index !== last) {
      ctx.fillStyle = scale.colors[index];
      last = index;
    }
    ctx.fillRect(start, top, stop - start, height);
  }
}
