import type { Row } from "../../core/draw/row_layout.js";
import type { Frame } from "../../core/draw/scene.js";
import { visibleFraction } from "../../core/samples/time_axis.js";

/** Position of the overview, and the figure's geometry. */
export interface Overview {
  readonly row: Row;
  readonly frame: Frame;
}

/** A click on the overview moves the view, and so does dragging, before bqplot handles it as panning. */
export class OverviewDrag {
  private readonly listeners = new AbortController();
  /** Offset of the drag from the center of the view, as a fraction of the series. */
  private hold: number | null = null;

  constructor(
    private readonly figure: HTMLElement,
    private readonly overview: () => Overview | null,
    private readonly moveTo: (share: number) => void,
  ) {
    const options = { signal: this.listeners.signal, capture: true };
    for (const type of ["pointerdown", "mousedown"] as const) {
      figure.addEventListener(type, (event) => this.press(event), options);
    }
    window.addEventListener("pointermove", (event) => this.move(event), options);
    window.addEventListener("pointerup", () => (this.hold = null), options);
    figure.addEventListener(
      "pointermove",
      (event) => figure.classList.toggle("cam1d-grab", this.isOver(event)),
      options,
    );
  }

  remove(): void {
    this.listeners.abort();
  }

  private press(event: MouseEvent): void {
    if (event.button !== 0 || !this.isOver(event)) {
      return;
    }
    const [first, last] = visibleFraction(this.overview()!.frame.axis);
    const share = this.shareUnder(event);
    const within = share >= first && share <= last;
    this.hold = within ? share - (first + last) / 2 : 0;
    if (!within) {
      this.moveTo(share);
    }
    this.figure.focus();
    event.stopPropagation();
    event.preventDefault();
  }

  private move(event: PointerEvent): void {
    if (this.hold !== null && this.overview()) {
      this.moveTo(this.shareUnder(event) - this.hold);
    }
  }

  private isOver(event: MouseEvent): boolean {
    const overview = this.overview();
    const y = event.clientY - this.figure.getBoundingClientRect().top;
    const share = overview ? this.shareUnder(event) : -1;
    return (
      overview !== null &&
      y >= overview.row.top - 2 &&
      y <= overview.row.top + overview.row.height + 2 &&
      share >= 0 &&
      share <= 1
    );
  }

  private shareUnder(event: MouseEvent): number {
    const { plot } = this.overview()!.frame;
    return (event.clientX - this.figure.getBoundingClientRect().left - plot.left) / plot.width;
  }
}
