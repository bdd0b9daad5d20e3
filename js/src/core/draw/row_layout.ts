/** A horizontal band of the picture, in CSS pixels from the top of the canvas. */
export interface Row {
  readonly top: number;
  readonly height: number;
}

export interface RowLayout {
  /** Channels drawn in each row. */
  readonly members: number[][];
  /** Strip of a map without channels; null if the map has channels. */
  readonly strip: Row | null;
  readonly rows: Row[];
}

const STRIP = 20;
const STRIP_GAP = 8;

/** Rows of equal height, below a strip if the map has no channels, or below the room for one. */
export function layoutRows(
  top: number,
  height: number,
  members: number[][],
  withStrip: boolean,
  withRoom = withStrip,
): RowLayout {
  const channels = members.length;
  const strip = withStrip ? { top, height: STRIP } : null;
  const start = withRoom ? top + STRIP + STRIP_GAP : top;
  const pitch = (top + height - start) / channels;
  const gap = pitch > 40 ? 6 : pitch > 20 ? 3 : 1;
  // Edges are whole pixels, which avoids blurring.
  const edge = (index: number): number => Math.round(start + index * pitch);
  const rows = Array.from({ length: channels }, (_, index) => {
    const bottom = index === channels - 1 ? top + height : edge(index + 1) - gap;
    return { top: edge(index), height: Math.max(1, bottom - edge(index)) };
  });
  return { members, strip, rows };
}

/** Row under a pixel: its index, "strip", or null between rows. */
export function rowAt(pixel: number, layout: RowLayout): number | "strip" | null {
  const inside = (row: Row): boolean => pixel >= row.top && pixel < row.top + row.height;
  if (layout.strip && inside(layout.strip)) {
    return "strip";
  }
  const place = layout.rows.findIndex(inside);
  return place < 0 ? null : place;
}
