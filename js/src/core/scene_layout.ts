import { type Picture, timeOnly } from "./picture.js";
import { type Row, type RowLayout, layoutRows } from "./row_layout.js";
import type { Frame } from "./scene.js";

/** Part of a row that its own strip takes. */
const OWN_STRIP = 0.26;

export function layoutOf(picture: Picture, frame: Frame): RowLayout {
  const { top, height } = frame.plot;
  const { channels, options } = picture;
  const members = options.overlay ? [channels] : channels.map((channel) => [channel]);
  return layoutRows(top, height, members, timeOnly(picture));
}

/** Whether lines bear the colors: where they are asked to, and where several maps would lie on each other. */
export const colorsLines = (picture: Picture): boolean =>
  picture.options.style === "line" || (picture.options.overlay && !timeOnly(picture) && picture.channels.length > 1);

/** The strip at the foot of a row. */
export function ownStrip(row: Row): Row {
  const height = Math.max(3, Math.round(row.height * OWN_STRIP));
  return { top: row.top + row.height - height, height };
}

/** Where a row's line has its place: all of it, or what the row's own strip leaves. */
export function lineRow(picture: Picture, row: Row): Row {
  const above = picture.options.style === "strip" && !timeOnly(picture) && !colorsLines(picture);
  return above ? { top: row.top, height: row.height - ownStrip(row).height } : row;
}
