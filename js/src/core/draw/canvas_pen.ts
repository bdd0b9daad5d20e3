import type { Band, Frame, Pen } from "./scene.js";

/** A pen that draws on a canvas in CSS pixels and fills cells in whole device pixels. */
export function canvasPen(context: CanvasRenderingContext2D): Pen {
  return Object.assign(context as CanvasRenderingContext2D & Pen, { cells });
}

/** Clears the canvas and sets its transform to CSS pixels. */
export function clearCanvas(context: CanvasRenderingContext2D, { width, height, ratio }: Frame): void {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, Math.round(width * ratio), Math.round(height * ratio));
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
}

function cells(this: CanvasRenderingContext2D, bands: Band[], { ratio, axis }: Frame): void {
  if (bands.length === 0 || bands[0].colors.length === 0) {
    return;
  }
  const image = imageOf(bands.map(({ colors }) => colors));
  const left = Math.round(axis.left * ratio + 1e-6);
  this.save();
  this.setTransform(1, 0, 0, 1, 0, 0);
  this.imageSmoothingEnabled = false;
  bands.forEach(({ row, alpha }, line) => {
    const top = Math.round(row.top * ratio);
    const height = Math.round((row.top + row.height) * ratio) - top;
    this.globalAlpha = alpha;
    this.drawImage(image, 0, line, image.width, 1, left, top, image.width, height);
  });
  this.restore();
}

/** Canvas with one line of pixels per row; one canvas for all lines, because each is expensive to create. */
export function imageOf(lines: Uint32Array[]): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [lines[0].length, lines.length];
  const pixels = new Uint32Array(canvas.width * canvas.height);
  lines.forEach((line, place) => pixels.set(line, place * canvas.width));
  const bytes = new Uint8ClampedArray(pixels.buffer);
  canvas.getContext("2d", { willReadFrequently: true })!.putImageData(new ImageData(bytes, canvas.width), 0, 0);
  return canvas;
}
