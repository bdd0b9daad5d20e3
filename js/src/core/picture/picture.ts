import { type Column, columnsOf } from "../samples/column.js";
import type { Tile } from "../tiles/tiles.js";
import type { Choice } from "./choice.js";
import type { ColorLimit } from "./color_limits.js";
import type { Facts } from "./facts.js";
import { instanceCounts } from "./mean.js";
import { isDiverging, magnitudeLimit, shownValues } from "./normalization.js";
import type { Options } from "./options.js";
import { type Page, pageOf } from "./page.js";
import { byShare, channelShares } from "./shares.js";
import { joinedRange, sharedRanges, type ValueRange, valueRange } from "./value_range.js";

/** Everything that is drawn for one choice. */
export interface Picture {
  readonly choice: Choice;
  readonly options: Options;
  readonly series: Tile;
  readonly attribution: Tile;
  /** Whether the map is not available, and `attribution` is zero instead. */
  readonly mapless: boolean;
  /** Channels of the series, and of the map as displayed: smoothed, and of one sign if requested. */
  readonly signals: Column[];
  /** Channels of the series before it was edited; null if it was not. */
  readonly originals: Column[] | null;
  readonly heats: Column[];
  /** For a mean, one standard deviation to each side; otherwise null. */
  readonly bands: Bands | null;
  /** For a map with standard errors, 1 where |value| exceeds two of them and 0 elsewhere. */
  readonly significant: Column[] | null;
  /** Whether colors diverge from zero. */
  readonly signed: boolean;
  readonly colorLimit: ColorLimit;
  /** Largest displayed |value|, which may exceed the color limit. */
  readonly largest: number;
  readonly ranges: ValueRange[];
  /** Share of each channel in the map; null for a map without channels. */
  readonly shares: number[] | null;
  /** Label of the method whose shares order the channels, if it is another one; "" otherwise. */
  readonly orderedBy: string;
  /** Visible channels, from the top. */
  readonly channels: number[];
  /** Those of them that have a row now. */
  readonly page: Page;
  /** Whether there is room for the strip of a map without channels, which the picture alongside may be. */
  readonly stripRoom: boolean;
}

/** Channels with a row, from the top. */
export const rowChannels = ({ channels, page }: Picture): number[] => channels.slice(page.first, page.stop);

export function makePicture(
  choice: Choice,
  series: Tile,
  map: Tile | null,
  facts: Facts,
  options: Options,
  colorLimit: ColorLimit,
  sideBySide: readonly Tile[] = [series],
  original?: Tile,
): Picture {
  const signals = signalsOf(series);
  const attribution = map ?? zeroMap(series, facts.methods[choice.method].placed ? 1 : series.channels);
  const heat = heatsOf(attribution, options);
  const shares = map && heat.shares;
  return {
    choice,
    options,
    series,
    attribution,
    mapless: !map,
    signals: signals.columns,
    originals: original ? signalsOf(original).columns : null,
    heats: heat.columns,
    bands: signals.bands,
    significant: options.smoothing > 1 ? null : heat.significant,
    signed: isDiverging(isSigned(choice, facts), options.sign),
    colorLimit,
    largest: heat.largest,
    ranges: sharedRanges(rangesOf(sideBySide), facts.channel_units, options),
    shares,
    stripRoom: attribution.channels < series.channels,
    ...arranged(series.channels, { shares, method: "" }, options),
  };
}

/** Shares by which channels are ordered, and the label of the method if it is not that of the picture. */
export interface Ranking {
  readonly shares: number[] | null;
  readonly method: string;
}

/** Number of samples of the time axis of pictures side by side: that of the longest, or of the longest series of all. */
export const axisSamples = (pictures: readonly Picture[], facts: Facts): number =>
  pictures.length === 0 || pictures[0].options.same_axis
    ? facts.samples
    : Math.max(...pictures.map(({ series }) => series.samples));

/** Visible channels in their order, and those with a row. */
export function arranged(
  count: number,
  { shares, method }: Ranking,
  options: Options,
): Pick<Picture, "orderedBy" | "channels" | "page"> {
  const channels = visibleChannels(count, shares, options);
  return { orderedBy: shares ? method : "", channels, page: pageOf(channels.length, options) };
}

interface Bands {
  readonly lower: Column[];
  readonly upper: Column[];
}

interface Signals {
  readonly columns: Column[];
  readonly bands: Bands | null;
  readonly ranges: ValueRange[];
}

interface Heats {
  /** Options that the values were computed with. */
  readonly computedWith: string;
  readonly columns: Column[];
  readonly shares: number[] | null;
  readonly largest: number;
  readonly significant: Column[] | null;
}

// Derived data is cached per tile (pyramids are expensive) and garbage-collected with it.
const signalCache = new WeakMap<Tile, Signals>();
const heatCache = new WeakMap<Tile, Heats>();
const zeroCache = new WeakMap<Tile, Tile>();

/** Map of zeros for a series whose map is not available. */
function zeroMap(series: Tile, channels: number): Tile {
  let made = zeroCache.get(series);
  if (made?.channels !== channels) {
    const values = new Float32Array(series.samples * channels);
    made = { ...series, channels, key: "", values, gap: null, error: null, spread: null };
    zeroCache.set(series, made);
  }
  return made;
}

function signalsOf(series: Tile): Signals {
  let made = signalCache.get(series);
  if (!made) {
    const columns = columnsOf(series.values, series.samples, series.channels);
    const bands = bandsOf(series);
    const of = bands
      ? (_: Column, channel: number) => joinedRange(valueRange(bands.lower[channel]), valueRange(bands.upper[channel]))
      : valueRange;
    made = { columns, bands, ranges: columns.map(of) };
    signalCache.set(series, made);
  }
  return made;
}

function bandsOf({ values, spread, samples, channels }: Tile): Bands | null {
  const beyond = (sign: number): Column[] =>
    columnsOf(
      values.map((value, place) => value + sign * spread![place]),
      samples,
      channels,
    );
  return spread && { lower: beyond(-1), upper: beyond(1) };
}

/** Value range of each channel over all pictures side by side. */
function rangesOf(series: readonly Tile[]): ValueRange[] {
  const [first, ...others] = series.map((one) => signalsOf(one).ranges);
  return others.reduce((ranges, more) => ranges.map((range, channel) => joinedRange(range, more[channel])), first);
}

function heatsOf(map: Tile, { sign, smoothing }: Options): Heats {
  const computedWith = `${sign} ${smoothing}`;
  let made = heatCache.get(map);
  if (made?.computedWith !== computedWith) {
    const values = shownValues(map, sign, smoothing);
    const columns = columnsOf(values, map.samples, map.channels);
    made = {
      computedWith,
      columns,
      shares: channelShares(values, map.channels),
      largest: magnitudeLimit(values, 0),
      significant: significanceOf(map),
    };
    heatCache.set(map, made);
  }
  return made;
}

/** Number of standard errors above which a value is significant. */
const ERRORS = 2;
/** Minimum number of instances for a standard error of their mean. */
const ENOUGH = 10;

function significanceOf({ values, spread, mean, samples, channels }: Tile): Column[] | null {
  if (!spread || (mean?.count ?? ENOUGH) < ENOUGH) {
    return null;
  }
  // Of series of unequal length, the number of instances depends on the time step.
  const errors = mean && instanceCounts(mean, samples).map(errorsOfMean);
  const above = (value: number, place: number): number =>
    Math.abs(value) > (errors ? errors[Math.floor(place / channels)] : ERRORS) * spread[place] ? 1 : 0;
  return columnsOf(values.map(above), samples, channels);
}

/** Number of standard deviations above which a mean over `count` instances is significant. */
const errorsOfMean = (count: number): number => (count >= ENOUGH ? ERRORS / Math.sqrt(count - 1) : Infinity);

function visibleChannels(count: number, shares: number[] | null, { hidden, order }: Options): number[] {
  const all = Array.from({ length: count }, (_, channel) => channel);
  const seen = all.filter((channel) => !hidden.includes(channel));
  return order === "share" ? byShare(seen, shares) : seen;
}

/** Whether maps have a sign; differences always do. */
export const isSigned = ({ method, against }: Choice, facts: Facts): boolean =>
  against !== null || facts.methods[method].signed;

/** Whether the map has no channels while the series has several. */
export const timeOnly = (picture: Picture): boolean => picture.attribution.channels < picture.series.channels;

/** Displayed values of the map for a channel. */
export const heatOf = (picture: Picture, channel: number): Column => picture.heats[timeOnly(picture) ? 0 : channel];

/** Standard error of the map's value at a sample of a channel, or standard deviation for a mean. */
export function spreadAt(
  { attribution: { spread, channels } }: Picture,
  sample: number,
  channel: number,
): number | null {
  return spread?.[sample * channels + (channels === 1 ? 0 : channel)] ?? null;
}

/** Value of the map at a sample of a channel. */
export function attributionAt(picture: Picture, sample: number, channel: number): number {
  const { values, channels } = picture.attribution;
  return values[sample * channels + (channels === 1 ? 0 : channel)];
}
