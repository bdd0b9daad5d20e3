import type { ValueRange } from "../picture/value_range.js";
import type { Column } from "../samples/column.js";
import { linePoints } from "../samples/decimation.js";
import { pixelOf } from "../samples/time_axis.js";
import { type ColorScale, colorIndex } from "./color.js";
import { clipTo, traceLine, valueToPixel } from "./line.js";
import type { Row } from "./row_layout.js";
import type { Frame, Pen } from "./scene.js";
import type { Theme } from "./theme.js";

/** Maximum number of colors of a line: one path per color is faster than one per segment. */
const LEVELS = 32;

/** The signal colored by its attribution, with a dark outline that keeps pale colors legible. */
export function drawColoredLine(
  pen: Pen,
  signal: Column,
  heat: Column,
  scale: ColorScale,
  range: ValueRange,
  row: Row,
  frame: Frame,
  theme: Theme,
): void {
  const low = row.height < 24;
  pen.save();
  clipTo(pen, row, frame.axis);
  traceLine(pen, signal, range, row, frame.axis);
  pen.lineJoin = pen.lineCap = "round";
  pen.strokeStyle = theme.ink;
  pen.globalAlpha = 0.75;
  pen.lineWidth = low ? 2.6 : 4.4;
  pen.stroke();
  pen.globalAlpha = 1;
  pen.lineCap = "butt";
  pen.lineWidth = low ? 1.6 : 3;
  segmentsByColor(signal, heat, scale, range, row, frame).forEach((segments, level) => {
    pen.strokeStyle = scale.colors[Math.min(255, Math.round(((level + 0.5) * 256) / LEVELS))];
    pen.beginPath();
    segments.forEach(([x1, y1, x2, y2]) => {
      pen.moveTo(x1, y1);
      pen.lineTo(x2, y2);
    });
    pen.stroke();
  });
  pen.restore();
}

type Segment = [number, number, number, number];

/** Segments grouped by the color of the larger |value| of the two samples that they join. */
function segmentsByColor(
  signal: Column,
  heat: Column,
  scale: ColorScale,
  range: ValueRange,
  row: Row,
  { axis }: Frame,
): Map<number, Segment[]> {
  const points = linePoints(signal, axis);
  const levels = new Map<number, Segment[]>();
  for (let place = 2; place < points.length; place += 2) {
    const [from, to] = [points[place - 2], points[place]];
    const segment: Segment = [
      pixelOf(from, axis),
      valueToPixel(points[place - 1], range, row),
      pixelOf(to, axis),
      valueToPixel(points[place + 1], range, row),
    ];
    if (segment.some(Number.isNaN)) {
      continue;
    }
    const value = heat.extreme("largest", from, Math.max(from, to) + 1);
    const level = Math.floor((colorIndex(value, scale) * LEVELS) / 256);
    const segments = levels.get(level) ?? [];
    segments.push(segment);
    levels.set(level, segments);
  }
  return levels;
}
