import type { Column } from "./column.js";
import { grainOf } from "./pyramid.js";
import { pixelOf, type TimeAxis, visibleSamples } from "./time_axis.js";

/** Samples per CSS pixel from which a line is drawn as a band between minimum and maximum. */
const DENSE = 4;
/** Minimum number of pyramid blocks per pixel, which bounds the error at a pixel's edges. */
const BLOCKS = 8;

export const isDense = (axis: TimeAxis): boolean => axis.step * DENSE <= 1;

/** Nearest device pixel; rounding errors do not change which one. */
const devicePixel = (pixel: number, ratio: number): number => Math.round(pixel * ratio + 1e-6);

/** Device pixels [left, right) of the plot. */
export const deviceSpan = (axis: TimeAxis, ratio: number): [number, number] => [
  devicePixel(axis.left, ratio),
  devicePixel(axis.right, ratio),
];

/** Maximum number of columns cached per axis: enough for a few pictures. */
const KEPT = 256;

/**
 * Caches what is derived from a column for an axis, as long as the axis is in use. A picture whose window, scale or
 * colors change is redrawn from the cache.
 */
function cachedForAxis<Made>(make: (column: Column, axis: TimeAxis, ratio: number) => Made): typeof make {
  const ofAxis = new WeakMap<TimeAxis, Map<Column, { ratio: number; made: Made }>>();
  return (column, axis, ratio) => {
    const kept = ofAxis.get(axis) ?? new Map<Column, { ratio: number; made: Made }>();
    const last = kept.get(column);
    if (last?.ratio === ratio) {
      return last.made;
    }
    const made = make(column, axis, ratio);
    if (kept.size >= KEPT) {
      kept.clear();
    }
    ofAxis.set(axis, kept.set(column, { ratio, made }));
    return made;
  };
}

/** Edges of intervals, common to all channels. */
function cachedEdges(make: (axis: TimeAxis, ratio: number) => Int32Array): typeof make {
  const ofAxis = new WeakMap<TimeAxis, { ratio: number; edges: Int32Array }>();
  return (axis, ratio) => {
    let kept = ofAxis.get(axis);
    if (kept?.ratio !== ratio) {
      kept = { ratio, edges: make(axis, ratio) };
      ofAxis.set(axis, kept);
    }
    return kept.edges;
  };
}

/**
 * Value of each device pixel of the plot, from the left; NaN where there is no sample. The cell of sample i covers [i -
 * 0.5, i + 0.5]; of several samples per pixel, the one of largest magnitude is shown, so that no peak is lost.
 */
export const heatValues = cachedForAxis((column, axis, ratio): Float32Array => {
  return axis.step * ratio >= 1 ? wideCells(column, axis, ratio) : pooledCells(column, axis, ratio);
});

function wideCells(column: Column, axis: TimeAxis, ratio: number): Float32Array {
  const [left, right] = deviceSpan(axis, ratio);
  const heat = new Float32Array(Math.max(0, right - left)).fill(NaN);
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

const pooledCells = (column: Column, axis: TimeAxis, ratio: number): Float32Array =>
  column.extremes("largest", pooledEdges(axis, ratio), pooledGrain(axis, ratio));

const pooledGrain = (axis: TimeAxis, ratio: number): number => grainOf(1 / (axis.step * ratio), BLOCKS);

/** First sample of each device pixel, and the sample after the last. */
const pooledEdges = cachedEdges((axis, ratio) => {
  const [left, right] = deviceSpan(axis, ratio);
  const pixels = Math.max(0, right - left);
  const grain = pooledGrain(axis, ratio);
  // First sample whose cell starts at or after a device pixel.
  const begin = (pixel: number): number => Math.ceil(((left + pixel - 0.5) / ratio - axis.origin) / axis.step + 0.5);
  const within = (sample: number): number => Math.max(0, Math.min(axis.samples, sample));
  const edges = Int32Array.from({ length: pixels + 1 }, (_, pixel) => within(roundTo(grain, begin(pixel))));
  // The first and the last pixel include cells that start outside of the plot, and whole blocks: no sample is left out.
  edges[0] = within(Math.floor((begin(0) - 1) / grain) * grain);
  const end = Math.ceil((axis.right - axis.origin) / axis.step + 0.5);
  edges[pixels] = Math.max(edges[pixels - 1] ?? 0, within(Math.ceil(end / grain) * grain));
  return edges;
});

const roundTo = (grain: number, sample: number): number => (grain === 1 ? sample : Math.round(sample / grain) * grain);

/** First sample of each CSS pixel that has one, and the sample after the last. */
const bucketEdges = cachedEdges((axis, grain) => {
  const [first, last] = visibleSamples(axis);
  const width = 1 / axis.step;
  const edge = (bucket: number): number => {
    const sample = Math.ceil(bucket * width);
    return sample >= last ? last : Math.max(first, Math.min(last, roundTo(grain, sample)));
  };
  const edges = [first];
  for (let bucket = Math.floor(first / width); bucket * width < last; bucket++) {
    const stop = edge(bucket + 1);
    if (stop > edges[edges.length - 1]) {
      edges.push(stop);
    }
  }
  return Int32Array.from(edges);
});

/** A line as (sample, value) pairs; with several samples per pixel, the minimum and maximum of each. */
export function linePoints(column: Column, axis: TimeAxis): Float32Array {
  return axis.step < 0.5 ? sparsePoints(column, axis, 1) : allPoints(column, axis);
}

const sparsePoints = cachedForAxis((column, axis): Float32Array => {
  const edges = bucketEdges(axis, 1);
  const points = new Float32Array(4 * (edges.length - 1));
  for (let place = 0; place + 1 < edges.length; place++) {
    points.set(extremePoints(column, edges[place], edges[place + 1]), 4 * place);
  }
  return points;
});

function allPoints(column: Column, axis: TimeAxis): Float32Array {
  const [first, last] = visibleSamples(axis);
  const points = new Float32Array(2 * Math.max(0, last - first));
  for (let sample = first, place = 0; sample < last; sample++) {
    points[place++] = sample;
    points[place++] = column.at(sample);
  }
  return points;
}

/** Minimum and maximum with their samples, in temporal order. */
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
 * First sample, minimum and maximum of each CSS pixel. Each includes the first sample of the next pixel, so that bands
 * join.
 */
export const envelope = (column: Column, axis: TimeAxis): Float32Array => bandOf(column, axis, 1);

const bandOf = cachedForAxis((column, axis): Float32Array => {
  const grain = grainOf(1 / axis.step, BLOCKS);
  const edges = bucketEdges(axis, grain);
  const [lows, highs] = [column.extremes("lowest", edges, grain), column.extremes("highest", edges, grain)];
  const band = new Float32Array(3 * lows.length);
  for (let place = 0; place < lows.length; place++) {
    const next = edges[place + 1] < column.samples ? column.at(edges[place + 1]) : NaN;
    band[3 * place] = edges[place];
    band[3 * place + 1] = next < lows[place] ? next : lows[place];
    band[3 * place + 2] = next > highs[place] ? next : highs[place];
  }
  return band;
});

/** Band between two columns, in the format of an envelope. */
export function spreadBand(lower: Column, upper: Column, axis: TimeAxis): Float32Array {
  const [low, high] = [lower, upper].map((column) =>
    axis.step < 1 ? envelope(column, axis) : samplesOf(column, axis),
  );
  return low.map((value, place) => (place % 3 === 2 ? high[place] : value));
}

function samplesOf(column: Column, axis: TimeAxis): Float32Array {
  const [first, last] = visibleSamples(axis);
  return Float32Array.from({ length: 3 * Math.max(0, last - first) }, (_, place) => {
    const sample = first + Math.floor(place / 3);
    return place % 3 === 0 ? sample : column.at(sample);
  });
}
