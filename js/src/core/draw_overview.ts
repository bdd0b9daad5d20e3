import type { Frame, Pen } from "./scene.js";
import type { Theme } from "./theme.js";

const THICK = 4;

/** Above the rows, once a part is on show: which part of the whole series it is. */
export function drawOverview(pen: Pen, { plot, axis }: Frame, theme: Theme): void {
  const sampleAt = (pixel: number): number => (pixel - axis.origin) / axis.step + 0.5;
  const share = (pixel: number): number => Math.max(0, Math.min(1, sampleAt(pixel) / axis.samples));
  const [first, last] = [share(axis.left), share(axis.right)];
  if (last - first > 0.999 || last <= first) {
    return;
  }
  const top = plot.top - THICK - 1;
  pen.save();
  pen.fillStyle = theme.faint;
  pen.globalAlpha = 0.3;
  pen.fillRect(plot.left, top, plot.width, THICK);
  pen.globalAlpha = 1;
  pen.fillStyle = theme.ink;
  pen.fillRect(plot.left + first * plot.width, top, Math.max(3, (last - first) * plot.width), THICK);
  pen.restore();
}
