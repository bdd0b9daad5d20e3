import type { Facts } from "../picture/facts.js";
import type { Picture } from "../picture/picture.js";
import type { Annotation, Window } from "../picture/window.js";
import type { TimeAxis } from "../samples/time_axis.js";
import type { Row } from "./row_layout.js";
import type { Theme } from "./theme.js";

/** Geometry of the picture on the canvas, in CSS pixels. */
export interface Frame {
  /** Edges of the drawing area; left is 0 unless two pictures share an export sheet. */
  readonly left: number;
  readonly width: number;
  readonly height: number;
  readonly plot: { left: number; top: number; width: number; height: number };
  readonly axis: TimeAxis;
  /** Device pixels per CSS pixel. */
  readonly ratio: number;
}

/** Drawing operations that canvas and SVG share. */
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

/** A row of cells, one color per device pixel. */
export interface Band {
  readonly colors: Uint32Array;
  readonly row: Row;
  readonly alpha: number;
}

/** Drawing target: a canvas or an SVG. */
export type Pen = Ink & {
  /** Fills rows with one color per device pixel, starting at the left edge of the plot. */
  cells(bands: Band[], frame: Frame): void;
};

/** Caption of a picture that is displayed next to another one. */
export interface Caption {
  readonly lines: readonly string[];
}

export interface Scene {
  readonly picture: Picture;
  readonly facts: Facts;
  readonly theme: Theme;
  /** Selected window in samples; null if there is none. */
  readonly window: Window | null;
  /** Samples that are framed: those that a step sees. */
  readonly framed?: Window | null;
  /** Annotations of windows of this instance. */
  readonly notes: readonly Annotation[];
  /** Caption that distinguishes two pictures; null for a single one. */
  readonly caption: Caption | null;
  /** Message over a picture that is not the requested one; null if it is. */
  readonly message: string | null;
  /** Whether the requested picture is not available. `picture` is then another one, whose values are not drawn. */
  readonly failed?: boolean;
}
