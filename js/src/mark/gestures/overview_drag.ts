import type { Row } from "../../core/draw/row_layout.js";
import type { Frame } from "../../core/draw/scene.js";
import { visibleFraction } from "../../core/samples/time_axis.js";
import { type Drag, onDrag } from "./drag.js";

/** Position of the overview, and the figure's geometry. */
export interface Overview {
  readonly row: Row;
  readonly frame: Frame;
}

/** A click on the overview moves the view, and so does dragging. */
export class OverviewDrag implements Drag {
  readonly hover = "cam1d-grab";
  readonly remove: () => void;
  /** Offset of the drag from the center of the view, as a fraction of the series. */
  private hold: number | null = null;

  constructor(
    private readonly figure: HTMLElement,
    private readonly overview: () => Overview | null,
    private readonly moveTo: (share: number) => void,
  ) {
    this.remove = onDrag(figure, this);
  }

  press(event: MouseEvent): boolean {
    if (!this.isOver(event)) {
      return false;
    }
    const [first, last] = visibleFraction(this.overview()!.frame.axis);
    const share = this.shareUnder(event);
    const within = share >= first && share <= last;
    this.hold = within ? share - (first + last) / 2 : 0;
    if (!within) {
      this.moveTo(share);
    }
    return true;
  }

  release(): void {
    this.hold = null;
  }

  move(event: PointerEvent): void {
    if (this.hold !== null && this.overview()) {
      this.moveTo(this.shareUnder(event) - this.hold);
    }
  }

  isOver(event: MouseEvent): boolean {
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
