import type { TimeAxis } from "./time_axis.js";
import { pixelOf, visibleSamples } from "./time_axis.js";

/** Numbers of one channel within a tile: value i is `values[offset + i * stride]`. */
export interface Column {
  readonly values: Float32Array;
  readonly offset: number;
  readonly stride: number;
}

/** A stretch of one pixel color: device pixels [start, stop), and the value to color them by. */
export interface HeatRun {
  readonly start: number;
  readonly stop: number;
  readonly value: number;
}

/** Nearest device pixel; an edge that misses its half by an error of rounding goes where the exact one does. */
const devicePixel = (pixel: number, ratio: number): number => Math.round(pixel * ratio + 1e-6);

const edge = (sample: number, axis: TimeAxis, ratio: number): number => devicePixel(pixelOf(sample, axis), ratio);

/**
 * Cells of a map in device pixels: the cell of sample i covers [i - 0.5, i + 0.5]. Where several samples share
 * a pixel, the one of largest magnitude is shown, so that no peak is lost.
 */
export function heatRuns(column: Column, axis: TimeAxis, ratio: number): HeatRun[] {
  const runs: HeatRun[] = [];
  const [first, last] = visibleSamples(axis);
  const [left, right] = [devicePixel(axis.left, ratio), devicePixel(axis.right, ratio)];
  let open: { start: number; stop: number; value: number } | null = null;
  for (let i = first; i < last; i++) {
    if (pixelOf(i - 0.5, axis) >= axis.right) {
      break;
    }
    const value = column.values[column.offset + i * column.stride];
    // A cell that begins within the last pixel's half shares that pixel: it is on show, and counts.
    const start = Math.min(right - 1, edge(i - 0.5, axis, ratio));
    const stop = Math.min(right, Math.max(edge(i + 0.5, axis, ratio), start + 1));
    if (open && start < open.stop) {
      open.value = Math.abs(value) > Math.abs(open.value) ? value : open.value;
    } else if (stop > left) {
      open = { start: Math.max(left, start), stop, value };
      runs.push(open);
    }
  }
  return runs;
}

/** A line as x, y pairs in samples and values; with many samples a pixel, the least and the largest of each. */
export function linePoints(column: Column, axis: TimeAxis): Float32Array {
  const [first, last] = visibleSamples(axis);
  const at = (i: number): number => column.values[column.offset + i * column.stride];
  if (axis.step >= 0.5) {
    const points = new Float32Array(2 * Math.max(0, last - first));
    for (let i = first, place = 0; i < last; i++) {
      points[place++] = i;
      points[place++] = at(i);
    }
    return points;
  }
  return extremes(at, first, last, 1 / axis.step);
}

/** Least and largest value of each bucket of `width` samples, in the order in which they came. */
function extremes(at: (i: number) => number, first: number, last: number, width: number): Float32Array {
  const points: number[] = [];
  for (let bucket = Math.floor(first / width); bucket * width < last; bucket++) {
    const start = Math.max(first, Math.ceil(bucket * width));
    const stop = Math.min(last, Math.ceil((bucket + 1) * width));
    if (start >= stop) {
      continue;
    }
    let [low, high] = [start, start];
    for (let i = start + 1; i < stop; i++) {
      low = at(i) < at(low) ? i : low;
      high = at(i) > at(high) ? i : high;
    }
    for (const i of low <= high ? [low, high] : [high, low]) {
      points.push(i, at(i));
    }
  }
  return Float32Array.from(points);
}
