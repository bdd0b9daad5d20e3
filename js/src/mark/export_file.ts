import { canvasPen, imageOf } from "../core/draw/canvas_pen.js";
import { type ExportSheet, layOut } from "../core/draw/export_sheet.js";
import { withResolution } from "../core/draw/png_resolution.js";
import { SvgPen } from "../core/draw/svg_pen.js";

/** Size of an exported file. */
export interface Paper {
  /** Width in millimeters; null for the size on the screen. */
  readonly width: number | null;
  /** Pixels per inch of a PNG. */
  readonly dpi: number;
}

export const CSS_DPI = 96;
const MM_PER_INCH = 25.4;

export const toPixels = (millimeters: number): number => (millimeters / MM_PER_INCH) * CSS_DPI;

/** The export sheet as PNG. */
export async function exportPng(sheet: ExportSheet, { dpi }: Paper): Promise<Blob> {
  const canvas = painted(sheet);
  const blob = await new Promise<Blob>((resolve, reject) =>
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error("the picture is too large for a PNG"))),
      "image/png",
    ),
  );
  return new Blob([withResolution(new Uint8Array(await blob.arrayBuffer()), dpi)], { type: "image/png" });
}

/** The export sheet on a canvas, in device pixels. */
export function painted(sheet: ExportSheet): HTMLCanvasElement {
  const [{ frame, scene }] = sheet.parts;
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d")!;
  const laidOut = layOut(canvasPen(context), sheet);
  canvas.width = Math.round(laidOut.width * frame.ratio);
  canvas.height = Math.round(laidOut.height * frame.ratio);
  context.fillStyle = scene.theme.background;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.setTransform(frame.ratio, 0, 0, frame.ratio, 0, 0);
  laidOut.draw(canvasPen(context));
  return canvas;
}

export function exportSvg(sheet: ExportSheet, { width }: Paper): string {
  const context = document.createElement("canvas").getContext("2d")!;
  const pen = new SvgPen({
    measure: (text, font) => {
      context.font = font;
      return context.measureText(text).width;
    },
    url: (lines) => imageOf(lines).toDataURL("image/png"),
  });
  const laidOut = layOut(pen, sheet);
  laidOut.draw(pen);
  return pen.text(laidOut.width, laidOut.height, sheet.parts[0].scene.theme.background, width);
}

/** Downloads a file. */
export function download(content: BlobPart, name: string, type: string): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  [link.href, link.download] = [address, name];
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
