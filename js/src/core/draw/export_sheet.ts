import { meanText } from "../picture/mean.js";
import { isDiverging } from "../picture/normalization.js";
import type { Outputs } from "../picture/outputs.js";
import { isSigned } from "../picture/picture.js";
import {
  colorBarTexts,
  colorLimitText,
  errorText,
  exactnessText,
  gapText,
  mapName,
  summaryOf,
} from "../text/describe.js";
import { type Axis, drawAxis } from "./axis.js";
import { colorScale, pixelColors } from "./color.js";
import { drawScene } from "./draw_scene.js";
import { movedFrame } from "./frame.js";
import { breakLines } from "./marks.js";
import type { Frame, Pen, Scene } from "./scene.js";

/** A picture on an export sheet, with its position in pixels from the corner of the first one. */
export interface ExportPart {
  readonly scene: Scene;
  readonly frame: Frame;
  readonly axis: Axis;
  /** What distinguishes it from the other picture; "" if there is none. */
  readonly title: string;
  readonly right: number;
  readonly down: number;
}

/** Content of an exported file: summary, pictures with their axes, and legends. */
export interface ExportSheet {
  /** The current picture and, if there is one, the pinned one. */
  readonly parts: readonly ExportPart[];
  readonly outputs: Outputs;
  /** Whether all maps of the explanation may be available. */
  readonly whole: boolean;
}

const HEAD = 26;
const LEGEND = 78;
const BAR = { left: 8, width: 260, height: 12 };

export const exportWidth = ({ parts }: ExportSheet): number =>
  Math.max(...parts.map(({ frame, right }) => right + frame.width));
const picturesHeight = ({ parts }: ExportSheet): number =>
  Math.max(...parts.map(({ frame, down }) => down + frame.height));
export const exportHeight = (sheet: ExportSheet): number => HEAD + picturesHeight(sheet) + LEGEND * sheet.parts.length;

export function drawExportSheet(pen: Pen, sheet: ExportSheet): void {
  drawSummary(pen, sheet);
  sheet.parts.forEach((part, place) => {
    // Offset by whole pixels, which avoids blurring.
    const frame = movedFrame(part.frame, part.right, part.down + HEAD);
    drawScene(pen, part.scene, frame);
    drawAxis(pen, part.axis, frame, part.scene.theme);
    drawLegend(pen, sheet, part, HEAD + picturesHeight(sheet) + LEGEND * place);
  });
}

function drawSummary(pen: Pen, sheet: ExportSheet): void {
  const {
    outputs,
    parts: [{ scene }],
  } = sheet;
  const { instance, truth, predicted, explained, right } = summaryOf(scene.picture.choice, scene.facts, outputs);
  const sign = right === null ? "" : right ? "  ✓ right" : "  ✗ wrong";
  const parts = [
    instance,
    truth === null ? "" : `true: ${truth}`,
    predicted === null ? "" : `predicted: ${predicted}${sign}`,
    `explained: ${explained}`,
  ];
  pen.font = `600 13px ${scene.theme.font}`;
  pen.fillStyle = scene.theme.ink;
  pen.textAlign = "left";
  pen.textBaseline = "middle";
  pen.fillText(breakLines(pen, parts.filter(Boolean).join("   ·   "), exportWidth(sheet) - 16)[0], BAR.left, HEAD / 2);
}

function drawLegend(pen: Pen, sheet: ExportSheet, { scene, frame, title }: ExportPart, top: number): void {
  const { picture, facts, theme } = scene;
  const method = facts.methods[picture.choice.method];
  drawBar(pen, scene, frame, top);
  const left = BAR.left + BAR.width + 24;
  const lines = [
    `${title}${mapName(picture.choice, facts)}${method.description ? ` — ${method.description}` : ""}`,
    `${exactnessText(picture.choice, facts, picture.attribution.gap)}${gapText(picture.attribution.gap, picture.choice)}${errorText(picture)}`,
    colorLimitText(picture, facts, sheet.whole),
    picture.choice.mean ? meanText(picture.choice.mean, picture.attribution, facts) : "",
  ].filter(Boolean);
  pen.font = `12px ${theme.font}`;
  pen.fillStyle = theme.ink;
  pen.textAlign = "left";
  pen.textBaseline = "top";
  const broken = lines.flatMap((line) => breakLines(pen, line, exportWidth(sheet) - left - 8));
  broken.slice(0, 5).forEach((line, place) => pen.fillText(line, left, top + 15 * place));
}

function drawBar(pen: Pen, scene: Scene, frame: Frame, top: number): void {
  const { picture, facts, theme } = scene;
  const { ratio } = frame;
  const { sign } = picture.options;
  const both = isDiverging(isSigned(picture.choice, facts), sign);
  const table = pixelColors(colorScale(both, 1, theme.dark));
  const [first, last] = both && sign === "positive" ? [128, 256] : both && sign === "negative" ? [0, 128] : [0, 256];
  const width = Math.round(BAR.width * ratio);
  const colors = Uint32Array.from({ length: width }, (_, x) => table[first + Math.floor((x * (last - first)) / width)]);
  const bar = { left: BAR.left, right: BAR.left + BAR.width, origin: 0, step: 1, samples: 0 };
  pen.cells([{ colors, row: { top, height: BAR.height }, alpha: 1 }], { ...frame, axis: bar });
  pen.font = `11px ${theme.font}`;
  pen.fillStyle = theme.ink;
  pen.textBaseline = "top";
  const ends = colorBarTexts(picture);
  ends.forEach((end, place) => {
    pen.textAlign = place === 0 ? "left" : place === ends.length - 1 ? "right" : "center";
    pen.fillText(end, BAR.left + (BAR.width * place) / (ends.length - 1), top + BAR.height + 3);
  });
}
