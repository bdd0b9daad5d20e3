import type { Column } from "../samples/column.js";
import { deviceSpan, heatValues } from "../samples/decimation.js";
import type { Row } from "./row_layout.js";
import type { Frame, Pen } from "./scene.js";
import type { Theme } from "./theme.js";

const THICK = 2;

/** Line at the bottom of a row where |attribution| exceeds two standard errors; elsewhere it may be noise. */
export function drawSignificance(pen: Pen, significant: Column, row: Row, { axis, ratio }: Frame, theme: Theme): void {
  const heat = heatValues(significant, axis, ratio);
  const [left] = deviceSpan(axis, ratio);
  const top = row.top + row.height - THICK;
  pen.save();
  pen.fillStyle = theme.ink;
  for (let start = 0; start < heat.length; start++) {
    let stop = start;
    while (heat[stop] === 1) {
      stop++;
    }
    if (stop > start) {
      pen.fillRect((left + start) / ratio, top, (stop - start) / ratio, THICK);
      start = stop;
    }
  }
  pen.restore();
}
