import type { Facts } from "../picture/facts.js";
import type { Picture } from "../picture/picture.js";
import type { Annotation, Window } from "../picture/window.js";
import type { TimeAxis } from "../samples/time_axis.js";
import type { Row } from "./row_layout.js";
import type { Theme } from "./theme.js";

/** Where the picture goes on the canvas, in CSS pixels. */
export interface Frame {
  /** Edges of the paper: the left one is 0, but where two pictures share a sheet. */
  readonly left: number;
  readonly width: number;
  readonly height: number;
  readonly plot: { left: number; top: number; width: number; height: number };
  readonly axis: TimeAxis;
  /** Device pixels per CSS pixel. */
  readonly ratio: number;
}

/** What marks are drawn with. */
export type Ink = Pick<
  CanvasRenderingContext2D,
  | "save"
  | "restore"
  | "beginPath"
  | "moveTo"
  | "lineTo"
  | "closePath"
  | "rect"
  | "clip"
  | "stroke"
  | "fill"
  | "fillRect"
  | "strokeRect"
  | "fillText"
  | "measureText"
  | "setLineDash"
  | "fillStyle"
  | "strokeStyle"
  | "lineWidth"
  | "lineJoin"
  | "lineCap"
  | "globalAlpha"
  | "font"
  | "textAlign"
  | "textBaseline"
>;

/** A row of cells: one color a device pixel. */
export interface Band {
  readonly colors: Uint32Array;
  readonly row: Row;
  readonly alpha: number;
}

/** What the picture is drawn with: a canvas, or a text that becomes an SVG. */
export type Pen = Ink & {
  /** Fills rows with one color a device pixel, from the left edge of the plot on. */
  cells(bands: Band[], frame: Frame): void;
};

/** What stands above a picture that another one is beside. */
export interface Caption {
  readonly title: string;
  readonly text: string;
}

export interface Scene {
  readonly picture: Picture;
  readonly facts: Facts;
  readonly theme: Theme;
  /** Samples that were chosen; null where none are. */
  readonly window: Window | null;
  /** What was written of windows of this instance. */
  readonly notes: readonly Annotation[];
  /** Which picture this is, where another one is beside it. */
  readonly caption: Caption | null;
  /** Said over a picture that is not the one asked for; null where it is. */
  readonly message: string | null;
  /** Whether the picture asked for could not be computed: `picture` is another one then, whose values are not drawn. */
  readonly failed?: boolean;
}
