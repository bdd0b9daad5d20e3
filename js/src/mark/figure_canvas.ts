import type { Figure, ScaleView } from "bqplot";
import type { Frame } from "../core/draw/scene.js";
import type { TimeAxis } from "../core/samples/time_axis.js";

/**
 * The only code that depends on bqplot's internals (0.13): the canvas between a figure's axes and its interaction
 * layer, and the hook that is called after a layout.
 *
 * bqplot sizes that canvas to the plot area, in CSS pixels. Here it covers the whole figure, including labels, in
 * device pixels.
 */
export class FigureCanvas {
  readonly canvas: HTMLCanvasElement;
  readonly context: CanvasRenderingContext2D;
  private axis: TimeAxis | undefined;

  constructor(
    private readonly figure: Figure,
    private readonly hook: string,
    redraw: () => void,
  ) {
    if (!figure.webGLCanvas || !figure.relayoutHooks) {
      throw new Error("This version of bqplot has no canvas to draw on; cam1d_widget needs bqplot 0.13.");
    }
    this.canvas = figure.webGLCanvas;
    this.context = this.canvas.getContext("2d")!;
    figure.relayoutHooks[hook] = redraw;
  }

  /** Resizes the canvas to the figure and returns its geometry. */
  fit(scale: ScaleView, samples: number, whole: number, rate: number): Frame {
    const { width, height, margin, plotareaWidth, plotareaHeight } = this.figure;
    const ratio = window.devicePixelRatio || 1;
    this.resize(width, height, ratio);
    const plot = { left: margin.left, top: margin.top, width: plotareaWidth, height: plotareaHeight };
    const origin = plot.left + scale.scale(0);
    const step = plot.left + scale.scale(1 / rate) - origin;
    this.axis = sameOr(this.axis, { origin, step, samples, whole, left: plot.left, right: plot.left + plot.width });
    return { left: 0, width, height, plot, ratio, axis: this.axis };
  }

  private resize(width: number, height: number, ratio: number): void {
    const { canvas } = this;
    const [broad, high] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== broad || canvas.height !== high) {
      canvas.width = broad;
      canvas.height = high;
    }
    Object.assign(canvas.style, { left: "0px", top: "0px", width: `${width}px`, height: `${height}px` });
  }

  remove(): void {
    delete this.figure.relayoutHooks[this.hook];
  }
}

/** The previous axis if nothing changed, so that caches keyed by it stay valid. */
function sameOr(before: TimeAxis | undefined, now: TimeAxis): TimeAxis {
  const names = Object.keys(now) as (keyof TimeAxis)[];
  return before && names.every((name) => before[name] === now[name]) ? before : now;
}
