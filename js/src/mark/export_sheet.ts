import { columns, type ExportPart, type ExportSheet } from "../core/draw/export_sheet.js";
import { frameOf, widenedFrame } from "../core/draw/frame.js";
import type { Frame } from "../core/draw/scene.js";
import { LIGHT } from "../core/draw/theme.js";
import { timeTicks } from "../core/draw/time_ticks.js";
import type { Choice } from "../core/picture/choice.js";
import type { Facts } from "../core/picture/facts.js";
import type { Outputs } from "../core/picture/outputs.js";
import { axisSamples, type Picture } from "../core/picture/picture.js";
import { startOf } from "../core/text/clock.js";
import { themeOf } from "../dom/page_theme.js";
import { CSS_DPI, type Paper, toPixels } from "./export_file.js";
import type { MarkView } from "./mark_view.js";
import type { Windows } from "./windows.js";

/** Data that exported pictures share. */
export interface Exported {
  readonly facts: Facts;
  outputsOf(choice: Choice): Outputs;
  readonly hasKernel: boolean;
  readonly windows: Windows;
}

/** Pictures as they are exported: with the zoom of a view, on white, as wide as the paper. */
export function exportSheet(
  mark: Exported,
  { element, frame }: MarkView,
  pictures: Picture[],
  paper: Paper,
): ExportSheet {
  const { facts, hasKernel, windows } = mark;
  const room = paper.width === null ? screenWidth(element, frame!, pictures.length) : toPixels(paper.width);
  const { width, sideBySide } = columns(pictures.length, room);
  // For narrow paper, the picture is drawn wider and scaled down.
  const reduced = paper.width === null ? 1 : Math.min(1, room / width);
  const sized = { ...widenedFrame(frame!, width), ratio: (paper.dpi / CSS_DPI) * reduced };
  const theme = { ...LIGHT, font: themeOf(element).font };
  const whole = axisSamples(pictures, facts);
  const parts = pictures.map((picture): ExportPart => {
    const { instance, mean } = picture.choice;
    const notes = mean ? [] : windows.notesOf(instance);
    const window = windows.chosenIn(picture);
    const scene = { picture, facts, theme, message: null, window, notes, caption: null };
    const own = frameOf(sized, picture.series.samples, whole);
    return { scene, frame: own, axis: timeTicks(own, facts, startOf(picture.choice, facts)) };
  });
  return { parts, outputsOf: (choice) => mark.outputsOf(choice), whole: !hasKernel, sideBySide };
}

/** Width on the screen of one picture, or of all pictures of a viewer. */
const screenWidth = (element: HTMLElement, frame: Frame, count: number): number =>
  (count > 1 && element.closest(".cam1d-pictures")?.clientWidth) || frame.width;
