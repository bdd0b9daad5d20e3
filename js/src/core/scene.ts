import type { Facts } from "./facts.js";
import type { Picture } from "./picture.js";
import type { Theme } from "./theme.js";
import type { TimeAxis } from "./time_axis.js";

/** Where the picture goes on the canvas, in CSS pixels. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly plot: { left: number; top: number; width: number; height: number };
  readonly axis: TimeAxis;
  /** Device pixels per CSS pixel. */
  readonly ratio: number;
}

export interface Scene {
  readonly picture: Picture;
  readonly facts: Facts;
  readonly theme: Theme;
  /** Said over a picture that is not the one asked for; null where it is. */
  readonly veil: string | null;
}
