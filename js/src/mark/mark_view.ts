import type { Caption, Frame } from "../core/draw/scene.js";
import type { Pointer } from "./gestures/pointer.js";

/** A view of the mark, as the model and other panels use it. */
export interface MarkView {
  /** Element that contains the picture. */
  readonly element: HTMLElement;
  /** Geometry of the picture; undefined until it is painted. */
  readonly frame: Frame | undefined;
  readonly pointer: Pointer;
  /** Captions of the current and the pinned picture at a width. */
  captions(width: number, font: string): Caption[];
  /** View of the pinned picture. */
  pinnedView: { readonly pointer: Pointer | undefined } | undefined;
}
