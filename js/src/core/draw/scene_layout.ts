import { type Picture, rowChannels, timeOnly } from "../picture/picture.js";
import { visibleFraction } from "../samples/time_axis.js";
import { type ColorScale, colorScale } from "./color.js";
import { layoutRows, type Row, type RowLayout, rowAt } from "./row_layout.js";
import type { Frame, Scene } from "./scene.js";

/** Fraction of a row that its strip takes. */
const OWN_STRIP = 0.26;

/** Height of a line of the caption. */
export const CAPTION_LINE = 15;
const OVERVIEW = { height: 14, room: 24 };

const captionHeight = ({ caption }: Scene): number => (caption === null ? 0 : caption.lines.length * CAPTION_LINE + 4);

/** Position of the overview; null if the whole series is visible. */
export function overviewOf(scene: Scene, { plot, axis }: Frame): Row | null {
  const [first, last] = visibleFraction(axis);
  const zoomed = last - first < 0.999 && last > first;
  return zoomed ? { top: plot.top + captionHeight(scene) + 2, height: OVERVIEW.height } : null;
}

/** Area of the rows, below caption and overview. */
export function rowsOf(scene: Scene, frame: Frame): Row {
  const head = captionHeight(scene) + (overviewOf(scene, frame) ? OVERVIEW.room : 0);
  return { top: frame.plot.top + head, height: frame.plot.height - head };
}

export function scaleOf({ picture, theme, message }: Scene): ColorScale {
  return colorScale(picture.signed, picture.colorLimit.limit, theme.dark, message !== null);
}

export function layoutOf(scene: Scene, frame: Frame): RowLayout {
  const { picture } = scene;
  const { top, height } = rowsOf(scene, frame);
  const channels = rowChannels(picture);
  const members = picture.options.overlay && channels.length > 0 ? [channels] : channels.map((channel) => [channel]);
  return layoutRows(top, height, members, timeOnly(picture), picture.stripRoom);
}

/** Channel whose label is at a position on the canvas; null elsewhere. */
export function labelAt(x: number, y: number, scene: Scene, frame: Frame): number | null {
  const layout = layoutOf(scene, frame);
  const row = x < frame.plot.left && !scene.picture.options.overlay ? rowAt(y, layout) : null;
  return typeof row === "number" ? layout.members[row][0] : null;
}

/** Whether lines are colored: if requested, and if several maps would overlap otherwise. */
export const colorsLines = (picture: Picture): boolean =>
  picture.options.style === "line" ||
  (picture.options.overlay && !timeOnly(picture) && rowChannels(picture).length > 1);

/** The strip at the bottom of a row. */
export function ownStrip(row: Row): Row {
  const height = Math.max(3, Math.round(row.height * OWN_STRIP));
  return { top: row.top + row.height - height, height };
}

/** Area of a row's line: the whole row, or the part above its strip. */
export function lineRow(picture: Picture, row: Row): Row {
  const above = picture.options.style === "strip" && !timeOnly(picture) && !colorsLines(picture);
  return above ? { top: row.top, height: row.height - ownStrip(row).height } : row;
}
