import type { Frame } from "../../core/draw/scene.js";
import { type Window, windowBetween } from "../../core/picture/window.js";
import { pixelOf, sampleAt } from "../../core/samples/time_axis.js";
import { type Drag, onDrag } from "./drag.js";

/** Selects a window by Shift and drag. */
export class Brush implements Drag {
  readonly remove: () => void;
  private start: number | null = null;

  constructor(
    private readonly figure: HTMLElement,
    private readonly frame: () => Frame | undefined,
    private readonly chosen: (window: Window | null, last: boolean) => void,
  ) {
    this.remove = onDrag(figure, this);
  }

  press(event: MouseEvent): boolean {
    if (event.shiftKey) {
      this.start = this.sampleUnder(event);
    }
    return event.shiftKey;
  }

  release(event: PointerEvent): void {
    this.move(event, true);
  }

  move(event: PointerEvent, last = false): void {
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
