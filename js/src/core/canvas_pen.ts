import type { Frame, Pen } from "./scene.js";
import type { Row } from "./row_layout.js";

/** A canvas as a pen: its unit is the CSS pixel, and cells are filled by whole device pixels. */
export function canvasPen(context: CanvasRenderingContext2D): Pen {
  return Object.assign(context as CanvasRenderingContext2D & Pen, { cells });
}

/** Begins a new picture. */
export function clearCanvas(context: CanvasRenderingContext2D, { width, height, ratio }: Frame): void {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, Math.round(width * ratio), Math.round(height * ratio));
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
}

function cells(this: CanvasRenderingContext2D, colors: Uint32Array, frame: Frame, row: Row, alpha: number): void {
  if (colors.length === 0) {
    return;
  }
  const { ratio, axis } = frame;
  const top = Math.round(row.top * ratio);
  const height = Math.round((row.top + row.height) * ratio) - top;
  this.save();
  this.setTransform(1, 0, 0, 1, 0, 0);
  this.globalAlpha = alpha;
  this.imageSmoothingEnabled = false;
  this.drawImage(lineOfPixels(colors), Math.round(axis.left * ratio + 1e-6), top, colors.length, height);
  this.restore();
}

/** An image of these pixels, one high. */
export function lineOfPixels(colors: Uint32Array): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [colors.length, 1];
  const bytes = new Uint8ClampedArray(colors.buffer as ArrayBuffer, colors.byteOffset, colors.byteLength);
  canvas.getContext("2d", { willReadFrequently: true })!.putImageData(new ImageData(bytes, colors.length, 1), 0, 0);
  return canvas;
}
