import { canvasPen, imageOf } from "../core/draw/canvas_pen.js";
import { drawExportSheet, type ExportSheet, exportHeight, exportWidth } from "../core/draw/export_sheet.js";
import { SvgPen } from "../core/draw/svg_pen.js";

/** The export sheet as PNG, in device pixels. */
export function exportPng(sheet: ExportSheet): Promise<Blob> {
  const [{ frame, scene }] = sheet.parts;
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(exportWidth(sheet) * frame.ratio);
  canvas.height = Math.round(exportHeight(sheet) * frame.ratio);
  const context = canvas.getContext("2d")!;
  context.fillStyle = scene.theme.background;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.setTransform(frame.ratio, 0, 0, frame.ratio, 0, 0);
  drawExportSheet(canvasPen(context), sheet);
  return new Promise((resolve, reject) =>
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error("the picture is too large for a PNG"))),
      "image/png",
    ),
  );
}

export function exportSvg(sheet: ExportSheet): string {
  const context = document.createElement("canvas").getContext("2d")!;
  const pen = new SvgPen({
    measure: (text, font) => {
      context.font = font;
      return context.measureText(text).width;
    },
    url: (lines) => imageOf(lines).toDataURL("image/png"),
  });
  drawExportSheet(pen, sheet);
  return pen.text(exportWidth(sheet), exportHeight(sheet), sheet.parts[0].scene.theme.background);
}

/** Downloads a file. */
export function download(content: Blob | string, name: string, type: string): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  [link.href, link.download] = [address, name];
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
