import { type Picture, timeOnly } from "./picture.js";
import { type Row, type RowLayout, layoutRows } from "./row_layout.js";
import type { Frame, Scene } from "./scene.js";

/** Part of a row that its own strip takes. */
const OWN_STRIP = 0.26;

const CAPTION = 20;

/** Where rows are: below the caption, if there is one. */
export function rowsOf({ caption }: Scene, { plot }: Frame): Row {
  const head = caption === null ? 0 : CAPTION;
  return { top: plot.top + head, height: plot.height - head };
}

export function layoutOf(scene: Scene, frame: Frame): RowLayout {
  const { picture } = scene;
  const { top, height } = rowsOf(scene, frame);
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
