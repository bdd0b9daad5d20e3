import type { Frame } from "../../core/draw/scene.js";
import { type Window, windowBetween } from "../../core/picture/window.js";
import { pixelOf, sampleAt } from "../../core/samples/time_axis.js";

/** Selects a window by Shift and drag, before bqplot handles the drag as panning. */
export class Brush {
  private readonly listeners = new AbortController();
  private start: number | null = null;

  constructor(
    private readonly figure: HTMLElement,
    private readonly frame: () => Frame | undefined,
    private readonly chosen: (window: Window | null, last: boolean) => void,
  ) {
    const options = { signal: this.listeners.signal, capture: true };
    for (const type of ["pointerdown", "mousedown"] as const) {
      figure.addEventListener(type, (event) => this.press(event), options);
    }
    window.addEventListener("pointermove", (event) => this.move(event, false), options);
    window.addEventListener("pointerup", (event) => this.move(event, true), options);
  }

  remove(): void {
    this.listeners.abort();
  }

  private press(event: MouseEvent): void {
    if (event.shiftKey && event.button === 0) {
      this.start = this.sampleUnder(event);
      this.figure.focus();
      event.stopPropagation();
      event.preventDefault();
    }
  }

  private move(event: PointerEvent, last: boolean): void {
    if (this.start === null) {
      return;
    }
    const here = this.sampleUnder(event);
    if (here !== null) {
      this.chosen(windowBetween(this.start, here), last);
    }
    if (last) {
      this.start = null;
    }
  }

  /** Nearest sample; outside of the plot or the series, the first or last visible one. */
  private sampleUnder(event: MouseEvent): number | null {
    const frame = this.frame();
    const x = event.clientX - this.figure.getBoundingClientRect().left;
    if (!frame) {
      return null;
    }
    const { axis } = frame;
    const last = Math.min(axis.right - 0.5, pixelOf(axis.samples - 1, axis));
    return sampleAt(Math.max(axis.left + 0.5, Math.min(last, x)), axis);
  }
}
