import { marksOf } from "../picture/facts.js";
import { heatOf } from "../picture/picture.js";
import type { Column } from "../samples/column.js";
import { heatValues } from "../samples/decimation.js";
import { drawCaption } from "./caption.js";
import { type ColorScale, colorIndex, pixelColors } from "./color.js";
import { drawColoredLine } from "./colored_line.js";
import { drawLabels, drawOverlayLabels } from "./labels.js";
import { drawLine, drawOriginal } from "./line.js";
import { drawBorders, drawExtrapolated, drawOverlayMessage, drawPadding, drawUnseen } from "./marks.js";
import { drawOverview } from "./overview.js";
import { drawRemarks } from "./remarks.js";
import type { Row, RowLayout } from "./row_layout.js";
import type { Band, Frame, Pen, Scene } from "./scene.js";
import { colorsLines, layoutOf, lineRow, ownStrip, rowsOf, scaleOf } from "./scene_layout.js";
import { drawShares } from "./share_bars.js";
import { drawSignificance } from "./significance.js";
import { drawSpread } from "./spread_band.js";
import { lineColor } from "./theme.js";
import { drawFramed, drawIntervals, drawNotes, drawWindow } from "./windows.js";

/** Opacity of a map without channels behind the rows; its colors are read off the strip. */
const HINT = 0.38;

/** Message over a plot without channels. */
const NOTHING = "All channels are hidden.";

/** Draws the whole picture, in CSS pixels. */
export function drawScene(pen: Pen, scene: Scene, frame: Frame): void {
  const { picture, facts, theme } = scene;
  const layout = layoutOf(scene, frame);
  if (scene.failed) {
    drawFailure(pen, scene, frame, layout);
    return;
  }
  drawHeat(pen, scene, frame, layout);
  const { unseen, centers } = marksOf(picture.choice.method, facts);
  if (centers && !picture.mapless) {
    bands(layout).forEach((band) => drawExtrapolated(pen, band, centers, frame.axis, theme));
  }
  drawUnseen(pen, bands(layout), picture.mapless ? [] : unseen, frame.axis, theme);
  drawPadding(pen, bands(layout), frame.axis, theme);
  layout.rows.forEach((row, place) => drawSignals(pen, scene, frame, row, layout.members[place]));
  drawBorders(pen, bands(layout), frame.axis, theme);
  drawSignificances(pen, scene, frame, layout);
  drawIntervals(
    pen,
    bands(layout),
    (picture.choice.mean ? undefined : facts.intervals[picture.choice.instance]) ?? [],
    frame.axis,
    theme,
  );
  drawNotes(pen, scene.notes, layout.rows, frame.axis, theme);
  if (scene.framed) {
    drawFramed(pen, scene.framed, rowsOf(scene, frame), frame.axis, theme);
  }
  if (scene.window) {
    drawWindow(pen, scene.window, rowsOf(scene, frame), frame.axis, theme);
  }
  (picture.options.overlay && layout.members.length > 0 ? drawOverlayLabels : drawLabels)(pen, scene, frame, layout);
  drawCaption(pen, scene, frame);
  drawOverview(pen, scene, frame);
  drawShares(pen, scene, frame, layout);
  drawRemarks(pen, scene, frame);
  const message = scene.message ?? (picture.channels.length === 0 ? NOTHING : null);
  if (message !== null) {
    drawOverlayMessage(pen, message, frame, theme, !picture.mapless);
  }
}

/** Empty rows and an error message: the available values belong to another choice, such as the previous instance. */
function drawFailure(pen: Pen, scene: Scene, frame: Frame, layout: RowLayout): void {
  drawBorders(pen, bands(layout), frame.axis, scene.theme);
  if (!scene.picture.options.overlay) {
    drawLabels(pen, scene, frame, layout);
  }
  drawOverlayMessage(pen, scene.message ?? "", frame, scene.theme);
}

function drawSignificances(
  pen: Pen,
  { picture, theme }: Scene,
  frame: Frame,
  { strip, rows, members }: RowLayout,
): void {
  const { significant } = picture;
  if (significant && strip) {
    drawSignificance(pen, significant[0], strip, frame, theme);
  } else if (significant && !picture.options.overlay) {
    rows.forEach((row, place) => drawSignificance(pen, significant[members[place][0]], row, frame, theme));
  }
}

const bands = (layout: RowLayout): Row[] => (layout.strip ? [layout.strip, ...layout.rows] : layout.rows);

function drawHeat(pen: Pen, scene: Scene, frame: Frame, layout: RowLayout): void {
  const { picture } = scene;
  const colorsOf = (column: Column): Uint32Array => cellColors(column, scaleOf(scene), frame);
  if (layout.strip) {
    const colors = colorsOf(picture.heats[0]);
    const hints = picture.options.style === "tint" ? layout.rows : [];
    pen.cells([{ colors, row: layout.strip, alpha: 1 }, ...hints.map((row) => ({ colors, row, alpha: HINT }))], frame);
  } else if (!colorsLines(picture)) {
    const place = (row: Row): Row => (picture.options.style === "strip" ? ownStrip(row) : row);
    const bandOf = (row: Row, [channel]: number[]): Band => ({
      colors: colorsOf(heatOf(picture, channel)),
      row: place(row),
      alpha: 1,
    });
    pen.cells(
      layout.rows.map((row, index) => bandOf(row, layout.members[index])),
      frame,
    );
  }
}

function drawSignals(pen: Pen, scene: Scene, frame: Frame, row: Row, members: number[]): void {
  const { picture, theme } = scene;
  const place = lineRow(picture, row);
  if (picture.bands) {
    const { lower, upper } = picture.bands;
    const share = 1 / members.length;
    for (const channel of members) {
      drawSpread(pen, lower[channel], upper[channel], picture.ranges[channel], place, frame.axis, theme, share);
    }
  }
  for (const channel of picture.originals ? members : []) {
    drawOriginal(pen, picture.originals![channel], picture.ranges[channel], place, frame.axis, theme);
  }
  for (const channel of members) {
    const [signal, range] = [picture.signals[channel], picture.ranges[channel]];
    if (colorsLines(picture)) {
      drawColoredLine(pen, signal, heatOf(picture, channel), scaleOf(scene), range, place, frame, theme);
    } else {
      const color = members.length > 1 ? lineColor(channel, theme) : theme.ink;
      drawLine(pen, signal, range, place, frame.axis, theme, color);
    }
  }
}

/** Color of each device pixel of the plot; transparent where there is no sample. */
function cellColors(column: Column, scale: ColorScale, frame: Frame): Uint32Array {
  const heat = heatValues(column, frame.axis, frame.ratio);
  const table = pixelColors(scale);
  const colors = new Uint32Array(heat.length);
  for (let pixel = 0; pixel < heat.length; pixel++) {
    colors[pixel] = Number.isNaN(heat[pixel]) ? 0 : table[colorIndex(heat[pixel], scale)];
  }
  return colors;
}
