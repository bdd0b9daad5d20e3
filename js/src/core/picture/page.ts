import type { Options } from "./options.js";

/** Channels that can be distinguished in one row. */
const OVERLAID = 8;

/** Places [first, stop) of the rows at once among the visible channels; the last page is full. */
export interface Page {
  readonly first: number;
  readonly stop: number;
  /** Number of visible channels. */
  readonly of: number;
}

export function pageOf(count: number, { per_page, first, overlay }: Options): Page {
  const wanted = per_page > 0 ? per_page : count;
  const most = Math.min(count, overlay ? Math.min(wanted, OVERLAID) : wanted);
  const start = Math.max(0, Math.min(first, count - most));
  return { first: start, stop: start + most, of: count };
}

/** Whether some visible channels are on other pages. */
export const isPaged = ({ first, stop, of }: Page): boolean => stop - first < of;

/** First row of the next or previous page; unchanged at the ends. */
export const turned = ({ first, stop, of }: Page, by: 1 | -1): number =>
  Math.max(0, Math.min(of - (stop - first), first + by * (stop - first)));
