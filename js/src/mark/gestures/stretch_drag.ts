import { valueAt } from "../../core/draw/line.js";
import { rowAt } from "../../core/draw/row_layout.js";
import type { Frame, Scene } from "../../core/draw/scene.js";
import { layoutOf, lineRow } from "../../core/draw/scene_layout.js";
import type { Edit } from "../../core/edit/edit.js";
import { sampleAt } from "../../core/samples/time_axis.js";
import { type Drag, onDrag } from "./drag.js";

interface Mark {
  readonly edits: {
    readonly open: boolean;
    readonly obstacle: string | null;
    drag(edit: Edit | null): void;
    apply(edit: Edit): void;
  };
}

/** What is dragged: a channel, and where in its row the drag began. */
interface Held {
  readonly channel: number;
  readonly value: number;
  readonly scene: Scene;
  readonly frame: Frame;
  readonly row: number;
}

/** A drag within the selected window moves the stretch of a channel up or down, while the panel "Edit" is open. */
export class StretchDrag implements Drag {
  readonly hover = "cam1d-stretch";
  readonly remove: () => void;
  private held: Held | null = null;
  private edit: Edit | null = null;

  constructor(
    private readonly figure: HTMLElement,
    private readonly mark: Mark,
    private readonly drawn: () => [Scene, Frame] | undefined,
  ) {
    this.remove = onDrag(figure, this);
  }

  press(event: MouseEvent): boolean {
    const held = event.shiftKey ? null : this.under(event);
    this.held = held ?? this.held;
    return held !== null;
  }

  move(event: PointerEvent): void {
    if (this.held) {
      const { channel, value, scene } = this.held;
      const by = this.valueUnder(event, this.held) - value;
      this.edit = { do: "move", window: scene.window!, channels: [channel], by: [by] };
      this.mark.edits.drag(this.edit);
    }
  }

  isOver(event: MouseEvent): boolean {
    return this.under(event) !== null;
  }

  release(): void {
    if (this.held && this.edit) {
      this.mark.edits.apply(this.edit);
    }
    this.held = null;
    this.edit = null;
  }

  /** The channel under the pointer, if it is within the selected window. */
  private under(event: MouseEvent): Held | null {
    const [scene, frame] = this.drawn() ?? [];
    const { edits } = this.mark;
    if (!scene?.window || !frame || !edits.open || edits.obstacle !== null) {
      return null;
    }
    const { left, top } = this.figure.getBoundingClientRect();
    const layout = layoutOf(scene, frame);
    const row = rowAt(event.clientY - top, layout);
    const sample = sampleAt(event.clientX - left, frame.axis);
    const [first, stop] = scene.window;
    if (
      typeof row !== "number" ||
      sample === null ||
      sample < first ||
      sample >= stop ||
      layout.members[row].length > 1
    ) {
      return null;
    }
    const held = { channel: layout.members[row][0], value: 0, scene, frame, row };
    return { ...held, value: this.valueUnder(event, held) };
  }

  /** Value of the held row at the height of the pointer, on the scale of the row when the drag began. */
  private valueUnder(event: MouseEvent, { channel, scene, frame, row }: Held): number {
    const place = lineRow(scene.picture, layoutOf(scene, frame).rows[row]);
    return valueAt(event.clientY - this.figure.getBoundingClientRect().top, scene.picture.ranges[channel], place);
  }
}
