import type { Choice } from "../picture/choice.js";
import { meanText } from "../picture/mean.js";
import { isDiverging } from "../picture/normalization.js";
import type { Outputs } from "../picture/outputs.js";
import { isSigned } from "../picture/picture.js";
import {
  captionOf,
  colorBarTexts,
  colorLimitText,
  errorText,
  exactnessText,
  gapText,
  mapName,
  PADDED,
  summaryOf,
  truthName,
} from "../text/describe.js";
import { marksText } from "../text/marks_text.js";
import { type Axis, drawAxis } from "./axis.js";
import { colorScale, pixelColors } from "./color.js";
import { drawScene } from "./draw_scene.js";
import { movedFrame } from "./frame.js";
import { breakLines } from "./marks.js";
import type { Frame, Pen, Scene } from "./scene.js";

/** A picture on an export sheet, drawn from its own corner. */
export interface ExportPart {
  readonly scene: Scene;
  readonly frame: Frame;
  readonly axis: Axis;
}

/** Content of an exported file. */
export interface ExportSheet {
  /** The current picture and, if there is one, the pinned one, of one width. */
  readonly parts: readonly ExportPart[];
  /** Scores and true classes as a picture shows them. */
  readonly outputsOf: (choice: Choice) => Outputs;
  /** Whether all maps of the explanation may be available. */
  readonly whole: boolean;
  /** Whether the parts are next to each other. */
  readonly sideBySide: boolean;
}

/** A sheet with its size in CSS pixels. */
export interface LaidOutSheet {
  readonly width: number;
  readonly height: number;
  draw(pen: Pen): void;
}

const EDGE = 8;
const GAP = 12;
const HEAD = { first: 26, line: 17 };
const LEGEND = { line: 15, gap: 10 };
const BAR = { width: 260, share: 0.36, height: 12, texts: 28 };
/** Minimum width of a picture, in CSS pixels: that of the widget. */
const LEAST = 480;

/** Width of each part if `room` is available to all, and whether they are next to each other. */
export function columns(parts: number, room: number): { width: number; sideBySide: boolean } {
  const sideBySide = parts > 1 && room >= parts * LEAST + (parts - 1) * GAP;
  return { width: sideBySide ? Math.floor((room - (parts - 1) * GAP) / parts) : Math.max(LEAST, room), sideBySide };
}

/** Computes the size of a sheet; `pen` measures texts. Nothing is cut: headings and legends take the lines they need. */
export function layOut(pen: Pen, sheet: ExportSheet): LaidOutSheet {
  const { parts, sideBySide } = sheet;
  const step = parts[0].frame.width + GAP;
  const width = sideBySide ? parts.length * step - GAP : parts[0].frame.width;
  const headings = parts.map((part, place) => headingLines(pen, sheet, part, place));
  const heads = headings.map((lines) => HEAD.first + HEAD.line * (lines.length - 1));
  const head = (place: number): number => (sideBySide ? Math.max(...heads) : heads[place]);
  const legends = parts.map((part, place) => legendLines(pen, sheet, part, place, width));
  const heights = parts.map(({ frame }, place) => head(place) + frame.height);
  const pictures = sideBySide ? Math.max(...heights) : sum(heights);
  const legendHeights = legends.map((lines) => Math.max(BAR.texts, LEGEND.line * lines.length) + LEGEND.gap);
  return {
    width,
    height: pictures + sum(legendHeights),
    draw(pen) {
      parts.forEach((part, place) => {
        const [right, down] = sideBySide ? [place * step, 0] : [0, sum(heights.slice(0, place))];
        drawHeading(pen, headings[place], part.scene, right, down);
        // Offset by whole pixels, which avoids blurring.
        const frame = movedFrame(part.frame, right, down + head(place));
        drawScene(pen, part.scene, frame);
        drawAxis(pen, part.axis, frame, part.scene.theme);
        drawLegend(pen, part, legends[place], pictures + sum(legendHeights.slice(0, place)), width);
      });
    },
  };
}

const sum = (numbers: number[]): number => numbers.reduce((total, one) => total + one, 0);
const letter = (sheet: ExportSheet, place: number): string =>
  sheet.parts.length > 1 ? `(${String.fromCharCode(97 + place)}) ` : "";

const HEADING = "600 13px";

function headingLines(pen: Pen, sheet: ExportSheet, { scene, frame }: ExportPart, place: number): string[] {
  const { choice } = scene.picture;
  pen.font = `${HEADING} ${scene.theme.font}`;
  const outputs = sheet.outputsOf(choice);
  const text =
    sheet.parts.length > 1
      ? `${letter(sheet, place)}${captionOf(choice, scene.facts, outputs)}`
      : summaryText(scene, outputs);
  return breakLines(pen, text, frame.width - 2 * EDGE);
}

function summaryText({ picture, facts }: Scene, outputs: Outputs): string {
  const { instance, truth, predicted, explained, right } = summaryOf(picture.choice, facts, outputs);
  const sign = right === null ? "" : right ? "  ✓ right" : "  ✗ wrong";
  const parts = [
    instance,
    truth === null ? "" : `${truthName(picture.choice)}: ${truth}`,
    predicted === null ? "" : `predicted: ${predicted}${sign}`,
    `explained: ${explained}`,
  ];
  return parts.filter(Boolean).join("   ·   ");
}

function drawHeading(pen: Pen, lines: string[], { theme }: Scene, right: number, down: number): void {
  pen.font = `${HEADING} ${theme.font}`;
  pen.fillStyle = theme.ink;
  pen.textAlign = "left";
  pen.textBaseline = "middle";
  lines.forEach((line, place) => pen.fillText(line, right + EDGE, down + HEAD.first / 2 + HEAD.line * place));
}

const barWidth = (width: number): number => Math.round(Math.min(BAR.width, BAR.share * width));

function legendLines(
  pen: Pen,
  sheet: ExportSheet,
  { scene, frame }: ExportPart,
  place: number,
  width: number,
): string[] {
  const { picture, facts, theme } = scene;
  const method = facts.methods[picture.choice.method];
  const lines = [
    `${letter(sheet, place)}${mapName(picture.choice, facts)}${method.description ? ` — ${method.description}` : ""}`,
    `${exactnessText(picture.choice, facts, picture.attribution.gap)}${gapText(picture.attribution.gap, picture.choice)}${errorText(picture)}`,
    colorLimitText(picture, facts, sheet.whole),
    picture.choice.mean ? meanText(picture.choice.mean, picture.attribution, facts) : "",
    marksText(picture, facts, frame.axis.samples),
    frame.axis.samples < frame.axis.whole ? `hatched at the end: ${PADDED}` : "",
  ].filter(Boolean);
  pen.font = `12px ${theme.font}`;
  return lines.flatMap((line) => breakLines(pen, line, width - barWidth(width) - 4 * EDGE - EDGE));
}

function drawLegend(pen: Pen, { scene, frame }: ExportPart, lines: string[], top: number, width: number): void {
  const { theme } = scene;
  drawBar(pen, scene, frame, top, barWidth(width));
  pen.font = `12px ${theme.font}`;
  pen.fillStyle = theme.ink;
  pen.textAlign = "left";
  pen.textBaseline = "top";
  lines.forEach((line, place) => pen.fillText(line, barWidth(width) + 4 * EDGE, top + LEGEND.line * place));
}

function drawBar(pen: Pen, scene: Scene, frame: Frame, top: number, room: number): void {
  const { picture, facts, theme } = scene;
  const { ratio } = frame;
  const { sign } = picture.options;
  const both = isDiverging(isSigned(picture.choice, facts), sign);
  const table = pixelColors(colorScale(both, 1, theme.dark));
  const [first, last] = both && sign === "positive" ? [128, 256] : both && sign === "negative" ? [0, 128] : [0, 256];
  const pixels = Math.round(room * ratio);
  const colors = Uint32Array.from(
    { length: pixels },
    (_, x) => table[first + Math.floor((x * (last - first)) / pixels)],
  );
  const bar = { left: EDGE, right: EDGE + room, origin: 0, step: 1, samples: 0, whole: 0 };
  pen.cells([{ colors, row: { top, height: BAR.height }, alpha: 1 }], { ...frame, axis: bar });
  pen.font = `11px ${theme.font}`;
  pen.fillStyle = theme.ink;
  pen.textBaseline = "top";
  const ends = colorBarTexts(picture);
  ends.forEach((end, place) => {
    pen.textAlign = place === 0 ? "left" : place === ends.length - 1 ? "right" : "center";
    pen.fillText(end, EDGE + (room * place) / (ends.length - 1), top + BAR.height + 3);
  });
}
