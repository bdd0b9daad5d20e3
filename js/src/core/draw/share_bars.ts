import { formatPercent } from "../text/numbers.js";
import type { RowLayout } from "./row_layout.js";
import type { Frame, Pen, Scene } from "./scene.js";

const GAP = 6;
const THICK = 12;

/** Bars at the right with the share of each channel in the map; the longest one takes the available width. */
export function drawShares(pen: Pen, { picture, theme, message }: Scene, frame: Frame, layout: RowLayout): void {
  const { shares, options } = picture;
  const left = frame.plot.left + frame.plot.width + GAP;
  const room = frame.width - left - 6;
  if (!shares || options.overlay || room < 40) {
    return;
  }
  const most = Math.max(...shares);
  pen.save();
  // Under a message the map, and with it the shares, are those of another picture.
  pen.globalAlpha = message === null ? 1 : 0.35;
  layout.rows.forEach((row, place) => {
    const share = shares[layout.members[place][0]];
    const thick = Math.min(THICK, row.height - 2);
    const labelled = row.height >= 28;
    const top = row.top + row.height / 2 - (labelled ? 1 : thick / 2);
    pen.fillStyle = theme.faint;
    pen.fillRect(left, top, most > 0 ? Math.max(1, (room * share) / most) : 1, labelled ? thick / 2 : thick);
    if (labelled) {
      pen.fillStyle = theme.ink;
      pen.font = `11px ${theme.font}`;
      pen.textAlign = "left";
      pen.textBaseline = "bottom";
      pen.fillText(formatPercent(share), left, top - 2);
    }
  });
  pen.restore();
}
