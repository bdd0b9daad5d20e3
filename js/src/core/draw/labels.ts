import type { Facts } from "../picture/facts.js";
import type { ValueRange } from "../picture/value_range.js";
import { elided } from "../text/elided.js";
import { formatEnds } from "../text/numbers.js";
import { valueToPixel } from "./line.js";
import type { Row, RowLayout } from "./row_layout.js";
import type { Frame, Ink, Pen, Scene } from "./scene.js";
import { lineRow } from "./scene_layout.js";
import { lineColor, type Theme } from "./theme.js";

const TICK_ROOM = 46;
/** Height of the smallest name. */
const NAME = 9;

/** Channel names with units at the left, and the value range of each row. */
export function drawLabels(pen: Pen, scene: Scene, frame: Frame, layout: RowLayout): void {
  const { facts, picture, theme } = scene;
  const right = frame.plot.left;
  pen.save();
  pen.textBaseline = "middle";
  drawStripName(pen, frame, layout, theme);
  const every = namedEvery(layout.rows);
  // Rows differ by a pixel; their labels are laid out alike.
  const height = Math.min(...layout.rows.map((row) => row.height));
  const ticks = height >= 26;
  layout.rows.forEach((row, place) => {
    if (place % every !== 0) {
      return;
    }
    const [channel] = layout.members[place];
    if (ticks && !scene.failed) {
      drawTicks(pen, picture.ranges[channel], lineRow(picture, row), right, theme);
    }
    const edge = right - 8 - (ticks ? TICK_ROOM : 0);
    const room = edge - frame.left - 4;
    drawName(pen, labelOf(channel, facts), { ...row, height }, edge, room, theme);
  });
  pen.restore();
}

/** Distance between rows whose names do not overlap. */
const namedEvery = ([first, second]: readonly Row[]): number =>
  second ? Math.max(1, Math.ceil(NAME / (second.top - first.top))) : 1;

function drawStripName(pen: Pen, frame: Frame, { strip }: RowLayout, theme: Theme): void {
  if (strip) {
    drawName(pen, { name: "all channels" }, strip, frame.plot.left - 8, frame.plot.left - frame.left - 12, theme);
  }
}

/** Names of overlaid channels, in the order of their values at the left edge, without overlaps. */
export function drawOverlayLabels(pen: Pen, scene: Scene, frame: Frame, layout: RowLayout): void {
  const { facts, picture, theme } = scene;
  const { axis, plot } = frame;
  const [[row], [members]] = [layout.rows, layout.members];
  const first = Math.max(0, Math.min(axis.samples - 1, Math.ceil((axis.left - axis.origin) / axis.step)));
  const height = (channel: number): number => {
    const y = valueToPixel(picture.signals[channel].at(first), picture.ranges[channel], row);
    return Number.isNaN(y) ? row.top : y;
  };
  const sorted = [...members].sort((one, other) => height(one) - height(other));
  const pitch = Math.min(15, row.height / sorted.length);
  const places = spread(sorted.map(height), pitch, row.top + pitch / 2, row.top + row.height - pitch / 2);
  pen.save();
  pen.textBaseline = "middle";
  drawStripName(pen, frame, layout, theme);
  sorted.forEach((channel, place) => {
    const band = { top: places[place] - pitch / 2, height: pitch };
    drawLeader(pen, [plot.left - 14, places[place]], [plot.left, height(channel)], lineColor(channel, theme));
    const room = plot.left - frame.left - 22;
    drawName(pen, labelOf(channel, facts), band, plot.left - 18, room, theme);
  });
  pen.restore();
}

function drawLeader(pen: Pen, from: [number, number], to: [number, number], color: string): void {
  pen.strokeStyle = color;
  pen.lineWidth = 1.5;
  pen.beginPath();
  pen.moveTo(...from);
  pen.lineTo(...to);
  pen.stroke();
}

/** Positions in ascending order, at least `pitch` apart, between low and high, and close to the wanted ones. */
export function spread(wanted: number[], pitch: number, low: number, high: number): number[] {
  const places: number[] = [];
  wanted.forEach((place, index) => places.push(Math.max(place, index ? places[index - 1] + pitch : low)));
  for (let index = places.length - 1; index >= 0; index--) {
    places[index] = Math.min(places[index], index === places.length - 1 ? high : places[index + 1] - pitch);
  }
  return places;
}

/** A name with its unit, and the names from which it must be distinguished. */
interface Label {
  readonly name: string;
  readonly unit?: string;
  readonly others?: readonly string[];
}

const labelOf = (channel: number, { channel_names, channel_units }: Facts): Label => ({
  name: channel_names[channel],
  unit: channel_units[channel],
  others: channel_names,
});

export function drawName(
  pen: Pen,
  { name, unit = "", others }: Label,
  row: Row,
  right: number,
  room: number,
  theme: Theme,
): void {
  const size = Math.max(8, Math.min(12, row.height - 1));
  const [nameFont, unitFont] = [`600 ${size}px ${theme.font}`, `${size - 1}px ${theme.font}`];
  const below = unit !== "" && row.height >= 34;
  const middle = row.top + row.height / 2;
  pen.textAlign = "right";
  pen.font = unitFont;
  pen.fillStyle = theme.faint;
  const unitText = unit && fit(pen, unit, below ? room : room / 2);
  const unitWidth = unitText && !below ? pen.measureText(unitText).width + 5 : 0;
  if (unitText) {
    pen.fillText(unitText, right, below ? middle + 7 : middle);
  }
  pen.font = nameFont;
  pen.fillStyle = theme.ink;
  pen.fillText(fit(pen, name, room - unitWidth, others), right - unitWidth, below ? middle - 7 : middle);
}

export function drawTicks(pen: Pen, range: ValueRange, row: Row, right: number, theme: Theme): void {
  pen.font = `10px ${theme.font}`;
  pen.fillStyle = theme.faint;
  pen.strokeStyle = theme.faint;
  pen.textAlign = "right";
  const texts = formatEnds(range.low, range.high);
  for (const [end, value] of [range.low, range.high].entries()) {
    const y = Math.round(valueToPixel(value, range, row)) + 0.5;
    pen.beginPath();
    pen.moveTo(right - 4, y);
    pen.lineTo(right, y);
    pen.stroke();
    // Labels stay within their row, so that those of two rows do not overlap.
    pen.fillText(texts[end], right - 7, Math.max(row.top + 5, Math.min(row.top + row.height - 5, y)));
  }
}

/** The text, shortened in its middle to the available width; what distinguishes it from others remains. */
export function fit(pen: Ink, text: string, room: number, others: readonly string[] = []): string {
  let [shorter, length] = [text, text.length];
  const shorten = (among: readonly string[]): void => {
    while (length > 2 && pen.measureText(shorter).width > room) {
      length--;
      shorter = elided(text, length, among);
    }
  };
  shorten([]);
  shorter = elided(text, length, others);
  shorten(others);
  return shorter;
}
