import type { Column } from "./column.js";
import { grainOf } from "./pyramid.js";
import { type TimeAxis, pixelOf, visibleSamples } from "./time_axis.js";

/** Samples a CSS pixel from which on a line is drawn as the band between its least and its largest values. */
const DENSE = 4;
/** Blocks of a pyramid that a pixel is made of at least: its edges miss theirs by a fraction of it. */
const BLOCKS = 8;

export const isDense = (axis: TimeAxis): boolean => axis.step * DENSE <= 1;

/** Nearest device pixel; an edge that misses its half by an error of rounding goes where the exact one does. */
const devicePixel = (pixel: number, ratio: number): number => Math.round(pixel * ratio + 1e-6);

/** Device pixels [left, right) of the plot. */
export const deviceSpan = (axis: TimeAxis, ratio: number): [number, number] => [
  devicePixel(axis.left, ratio),
  devicePixel(axis.right, ratio),
];

/**
 * Value of each device pixel of the plot, from the left; NaN where there is no sample. The cell of sample i covers
 * [i - 0.5, i + 0.5]; where several share a pixel, the one of largest magnitude is shown, so that no peak is lost.
 */
export function heatValues(column: Column, axis: TimeAxis, ratio: number): Float32Array {
  const [left, right] = deviceSpan(axis, ratio);
  const heat = new Float32Array(Math.max(0, right - left)).fill(NaN);
  return axis.step * ratio >= 1 ? wideCells(heat, column, axis, ratio) : pooledCells(heat, column, axis, ratio);
}

function wideCells(heat: Float32Array, column: Column, axis: TimeAxis, ratio: number): Float32Array {
  const [left] = deviceSpan(axis, ratio);
  const [first, last] = visibleSamples(axis);
  for (let sample = first; sample < last; sample++) {
    const start = devicePixel(pixelOf(sample - 0.5, axis), ratio) - left;
    const stop = devicePixel(pixelOf(sample + 0.5, axis), ratio) - left;
    if (stop > 0 && start < heat.length) {
      heat.fill(column.at(sample), Math.max(0, start), stop);
    }
  }
  return heat;
}

function pooledCells(heat: Float32Array, column: Column, axis: TimeAxis, ratio: number): Float32Array {
  const [left] = deviceSpan(axis, ratio);
  const width = 1 / (axis.step * ratio);
  const grain = grainOf(width, BLOCKS);
  // First sample whose cell begins at a device pixel or behind it.
  const begin = (pixel: number): number => Math.ceil(((left + pixel - 0.5) / ratio - axis.origin) / axis.step + 0.5);
  const within = (sample: number): number => Math.max(0, Math.min(column.samples, roundTo(grain, sample)));
  const behind = within(Math.ceil((axis.right - axis.origin) / axis.step + 0.5));
  for (let pixel = 0; pixel < heat.length; pixel++) {
    // The first and the last pixel show what reaches into them from outside, too.
    const start = within(pixel === 0 ? begin(0) - 1 : begin(pixel));
    const stop = pixel === heat.length - 1 ? Math.max(start, behind) : within(begin(pixel + 1));
    if (start < stop) {
      heat[pixel] = column.extreme("largest", start, stop, grain);
    }
  }
  return heat;
}

const roundTo = (grain: number, sample: number): number => (grain === 1 ? sample : Math.round(sample / grain) * grain);

/** Samples of each CSS pixel, as [start, stop). */
function buckets(axis: TimeAxis, grain: number): [number, number][] {
  const [first, last] = visibleSamples(axis);
  const width = 1 / axis.step;
  const edge = (bucket: number): number => Math.max(first, Math.min(last, roundTo(grain, Math.ceil(bucket * width))));
  const found: [number, number][] = [];
  for (let bucket = Math.floor(first / width); bucket * width < last; bucket++) {
    const [start, stop] = [edge(bucket), edge(bucket + 1)];
    if (start < stop) {
      found.push([start, stop]);
    }
  }
  return found;
}

/** A line as x, y pairs in samples and values; with several samples a pixel, the least and the largest of each. */
export function linePoints(column: Column, axis: TimeAxis): Float32Array {
  const [first, last] = visibleSamples(axis);
  if (axis.step < 0.5) {
    return Float32Array.from(buckets(axis, 1).flatMap(([start, stop]) => extremePoints(column, start, stop)));
  }
  const points = new Float32Array(2 * Math.max(0, last - first));
  for (let sample = first, place = 0; sample < last; sample++) {
    points[place++] = sample;
    points[place++] = column.at(sample);
  }
  return points;
}

/** Samples of the least and of the largest value, in the order in which they come, each with its value. */
function extremePoints(column: Column, start: number, stop: number): number[] {
  let [low, high] = [start, start];
  for (let sample = start + 1; sample < stop; sample++) {
    low = column.at(sample) < column.at(low) || Number.isNaN(column.at(low)) ? sample : low;
    high = column.at(sample) > column.at(high) || Number.isNaN(column.at(high)) ? sample : high;
  }
  const [one, other] = low <= high ? [low, high] : [high, low];
  return [one, column.at(one), other, column.at(other)];
}

/**
 * First sample, least and largest value of each CSS pixel, one after the other. Each takes in the first sample of the
 * next, so that bands touch.
 */
export function envelope(column: Column, axis: TimeAxis): Float32Array {
  const grain = grainOf(1 / axis.step, BLOCKS);
  const stretches = buckets(axis, grain);
  const band = new Float32Array(3 * stretches.length);
  for (let place = 0; place < stretches.length; place++) {
    const [start, stop] = stretches[place];
    const next = stop < column.samples ? column.at(stop) : NaN;
    const low = column.extreme("lowest", start, stop, grain);
    const high = column.extreme("highest", start, stop, grain);
    band[3 * place] = start;
    band[3 * place + 1] = next < low ? next : low;
    band[3 * place + 2] = next > high ? next : high;
  }
  return band;
}
