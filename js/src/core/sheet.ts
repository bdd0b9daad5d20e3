import { colorScale, pixelColors } from "./color.js";
import { drawScene } from "./draw.js";
import { breakLines } from "./draw_marks.js";
import { isSigned } from "./picture.js";
import { goesBothWays } from "./normalization.js";
import type { Frame, Pen, Scene } from "./scene.js";
import { type Outputs, endTexts, errorText, gapText, mapName, scopeText, trustText, verdict } from "./text.js";

/** The time axis as it stands on the screen: what it says, and where, in pixels from the left edge of the plot. */
export interface Axis {
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
  readonly title: string;
}

/** A picture to take away: summary, picture, axis and legend, as they stand on the screen. */
export interface Sheet {
  readonly scene: Scene;
  readonly frame: Frame;
  readonly axis: Axis;
  readonly outputs: Outputs;
  /** Whether every map there is may be in hand. */
  readonly whole: boolean;
}

const HEAD = 26;
const LEGEND = 78;
const BAR = { left: 8, width: 260, height: 12 };

export const sheetHeight = ({ frame }: Sheet): number => HEAD + frame.height + LEGEND;

/** The picture's frame on the sheet: below the summary, and by whole pixels, so that nothing is blurred anew. */
export const frameOnSheet = ({ frame }: Sheet): Frame => ({
  ...frame,
  height: frame.height + HEAD,
  plot: { ...frame.plot, top: frame.plot.top + HEAD },
});

export function drawSheet(pen: Pen, sheet: Sheet): void {
  const frame = frameOnSheet(sheet);
  drawSummary(pen, sheet);
  drawScene(pen, sheet.scene, frame);
  drawAxis(pen, sheet, frame);
  drawLegend(pen, sheet, frame.height);
}

function drawSummary(pen: Pen, { scene, frame, outputs }: Sheet): void {
  const { instance, truth, predicted, explained, right } = verdict(scene.picture.choice, scene.facts, outputs);
  const sign = right === null ? "" : right ? "  ✓ right" : "  ✗ wrong";
  const parts = [instance, truth === null ? "" : `true: ${truth}`, `predicted: ${predicted}${sign}`, `explained: ${explained}`];
  pen.font = `600 13px ${scene.theme.font}`;
  pen.fillStyle = scene.theme.ink;
  pen.textAlign = "left";
  pen.textBaseline = "middle";
  pen.fillText(breakLines(pen, parts.filter(Boolean).join("   ·   "), frame.width - 16)[0], BAR.left, HEAD / 2);
}

function drawAxis(pen: Pen, { scene, axis }: Sheet, { plot }: Frame): void {
  const bottom = plot.top + plot.height;
  pen.strokeStyle = pen.fillStyle = scene.theme.faint;
  pen.lineWidth = 1;
  pen.font = `11px ${scene.theme.font}`;
  pen.textAlign = "center";
  pen.textBaseline = "top";
  for (const { at, text } of axis.ticks) {
    const x = Math.round(plot.left + at) + 0.5;
    pen.beginPath();
    pen.moveTo(x, bottom);
    pen.lineTo(x, bottom + 6);
    pen.stroke();
    pen.fillText(text, x, bottom + 9);
  }
  pen.font = `12px ${scene.theme.font}`;
  pen.fillText(axis.title, plot.left + plot.width / 2, bottom + 24);
}

function drawLegend(pen: Pen, sheet: Sheet, top: number): void {
  const { scene, frame, whole } = sheet;
  const { picture, facts, theme } = scene;
  const method = facts.methods[picture.choice.method];
  drawBar(pen, sheet, top);
  const left = BAR.left + BAR.width + 24;
  const lines = [
    `${mapName(picture.choice, facts)}${method.description ? ` — ${method.description}` : ""}`,
    `${trustText(picture.choice, facts)}${gapText(picture.attribution.gap)}${errorText(picture)}`,
    scopeText(picture, facts, whole),
  ];
  pen.font = `12px ${theme.font}`;
  pen.fillStyle = theme.ink;
  pen.textAlign = "left";
  pen.textBaseline = "top";
  const broken = lines.flatMap((line) => breakLines(pen, line, frame.width - left - 8));
  broken.slice(0, 5).forEach((line, place) => pen.fillText(line, left, top + 15 * place));
}

function drawBar(pen: Pen, { scene, frame }: Sheet, top: number): void {
  const { picture, facts, theme } = scene;
  const { ratio } = frame;
  const { sign } = picture.options;
  const both = goesBothWays(isSigned(picture.choice, facts), sign);
  const table = pixelColors(colorScale(both, 1, theme.dark));
  const [first, last] = both && sign === "positive" ? [128, 256] : both && sign === "negative" ? [0, 128] : [0, 256];
  const width = Math.round(BAR.width * ratio);
  const colors = Uint32Array.from({ length: width }, (_, x) => table[first + Math.floor((x * (last - first)) / width)]);
  const bar = { left: BAR.left, right: BAR.left + BAR.width, origin: 0, step: 1, samples: 0 };
  pen.cells([{ colors, row: { top, height: BAR.height }, alpha: 1 }], { ...frame, axis: bar });
  pen.font = `11px ${theme.font}`;
  pen.fillStyle = theme.ink;
  pen.textBaseline = "top";
  const ends = endTexts(picture);
  ends.forEach((end, place) => {
    pen.textAlign = place === 0 ? "left" : place === ends.length - 1 ? "right" : "center";
    pen.fillText(end, BAR.left + (BAR.width * place) / (ends.length - 1), top + BAR.height + 3);
  });
}
