import { type Facts, marksOf } from "../picture/facts.js";
import type { Picture } from "../picture/picture.js";

/** Which marks a picture has, besides colors and lines. */
export interface Marks {
  readonly hatched: boolean;
  readonly pale: boolean;
  readonly underlined: boolean;
  readonly bars: boolean;
  readonly original: boolean;
}

/** Marks of a picture whose series has this many samples. */
export function marksIn(picture: Picture, facts: Facts, samples: number): Marks {
  const { unseen, centers } = picture.mapless ? NONE : marksOf(picture.choice.method, facts);
  const { overlay } = picture.options;
  return {
    hatched: unseen.some(([start]) => start < samples),
    pale: centers !== null && (centers[0] > -0.5 || centers[1] < samples - 0.5),
    underlined: Boolean(picture.significant) && !overlay,
    bars: Boolean(picture.shares) && !overlay,
    original: picture.originals !== null,
  };
}

const NONE: ReturnType<typeof marksOf> = { unseen: [], centers: null };

/** Meaning of each mark. The legend on the screen draws the mark; a file names it in words. */
export const MEANINGS: Readonly<Record<keyof Marks, string>> = {
  hatched: "not seen by the explained layer",
  pale: "extrapolated beyond the first or last center",
  underlined: "underlined: |attribution| is above two standard errors",
  bars: "bars: each channel’s share of the sum of |attribution|",
  original: "the series before it was edited",
};

/** One line for all marks of a picture; "" if there are none. */
export function marksText(picture: Picture, facts: Facts, samples: number): string {
  const marks = marksIn(picture, facts, samples);
  return [
    marks.hatched ? `hatched: ${MEANINGS.hatched}` : "",
    marks.pale ? `paler: ${MEANINGS.pale}` : "",
    marks.underlined ? MEANINGS.underlined : "",
    marks.bars ? MEANINGS.bars : "",
    marks.original ? `thin: ${MEANINGS.original}` : "",
  ]
    .filter(Boolean)
    .join(" · ");
}
