import type { Frame, Scene } from "./scene.js";
import { valueToPixel } from "./draw_line.js";
import { formatNumber } from "./numbers.js";
import type { Row, RowLayout } from "./row_layout.js";
import type { Theme } from "./theme.js";
import type { ValueRange } from "./value_range.js";

const TICK_ROOM = 46;

/** Channel names with their units at the left, and what each row's height stands for. */
export function drawLabels(ctx: CanvasRenderingContext2D, scene: Scene, frame: Frame, layout: RowLayout): void {
  const { facts, picture, theme } = scene;
  const right = frame.plot.left;
  ctx.save();
  ctx.textBaseline = "middle";
  if (layout.strip) {
    drawName(ctx, "all channels", "", layout.strip, right - 8, right - 12, theme);
  }
  layout.rows.forEach((row, channel) => {
    const ticks = row.height >= 26;
    if (ticks) {
      drawTicks(ctx, picture.ranges[channel], row, right, theme);
    }
    const edge = right - 8 - (ticks ? TICK_ROOM : 0);
    drawName(ctx, facts.channel_names[channel], facts.channel_units[channel], row, edge, edge - 4, theme);
  });
  ctx.restore();
}

function drawName(
  ctx: CanvasRenderingContext2D,
  name: string,
  unit: string,
  row: Row,
  right: number,
  room: number,
  theme: Theme,
): void {
  const size = Math.max(8, Math.min(12, row.height - 1));
  const [nameFont, unitFont] = [`600 ${size}px ${theme.font}`, `${size - 1}px ${theme.font}`];
  const below = unit !== "" && row.height >= 34;
  const middle = row.top + row.height / 2;
  ctx.textAlign = "right";
  ctx.font = unitFont;
  ctx.fillStyle = theme.faint;
  const unitText = unit && fit(ctx, unit, below ? room : room / 2);
  const unitWidth = unitText && !below ? ctx.measureText(unitText).width + 5 : 0;
  if (unitText) {
    ctx.fillText(unitText, right, below ? middle + 7 : middle);
  }
  ctx.font = nameFont;
  ctx.fillStyle = theme.ink;
  ctx.fillText(fit(ctx, name, room - unitWidth), right - unitWidth, below ? middle - 7 : middle);
}

function drawTicks(ctx: CanvasRenderingContext2D, range: ValueRange, row: Row, right: number, theme: Theme): void {
  ctx.font = `10px ${theme.font}`;
  ctx.fillStyle = theme.faint;
  ctx.strokeStyle = theme.faint;
  ctx.textAlign = "right";
  for (const value of [range.low, range.high]) {
    const y = Math.round(valueToPixel(value, range, row)) + 0.5;
    ctx.beginPath();
    ctx.moveTo(right - 4, y);
    ctx.lineTo(right, y);
    ctx.stroke();
    // The numbers of two rows keep clear of each other: each stays within its row.
    ctx.fillText(formatNumber(value), right - 7, Math.max(row.top + 5, Math.min(row.top + row.height - 5, y)));
  }
}

/** The text, or as much of it as there is room for. */
function fit(ctx: CanvasRenderingContext2D, text: string, room: number): string {
  if (ctx.measureText(text).width <= room) {
    return text;
  }
  let length = text.length;
  while (length > 1 && ctx.measureText(`${text.slice(0, length)}…`).width > room) {
    length--;
  }
  return `${text.slice(0, length)}…`;
}
