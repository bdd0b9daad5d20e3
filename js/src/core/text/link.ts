import type { Edit } from "../edit/edit.js";
import type { Facts } from "../picture/facts.js";
import type { LayerFacts } from "../picture/filters.js";
import type { Window } from "../picture/window.js";
import { type Stretch, wholeOf } from "../samples/zoom.js";

/** State that a link to a page restores; indices are those of the page. */
export interface Linked {
  readonly instance: number;
  readonly target: number;
  readonly method: number;
  /** Visible interval of the time axis; null for the whole series. */
  readonly zoom: Stretch | null;
  readonly window: Window | null;
  readonly edits: readonly Edit[];
  /** Text of the button of the open panel; null if none is open. */
  readonly panel: string | null;
  /** What the panel Inside shows; null if it is closed. */
  readonly inside: LinkedInside | null;
}

interface LinkedInside {
  readonly layer: string;
  readonly filter: number | null;
  readonly step: number | null;
}

const START = "#cam1d=";
const KINDS = ["replace", "move", "scale", "flatten", "smooth", "shift", "noise", "exchange", "take"];

/** Most characters of a fragment, which browsers still take. */
export const LONGEST = 200_000;

/** Fragment of the address of a page. Names, and the numbers of instances in the data, hold on other pages as well. */
export function linkTo({ instance, target, method, edits, ...rest }: Linked, facts: Facts): string {
  const state = {
    instance: facts.instances[instance],
    class: facts.class_names[facts.targets[target]],
    method: facts.methods[method].label,
    ...rest,
    edits: edits.map((edit) => (edit.do === "take" ? { ...edit, instance: facts.instances[edit.instance] } : edit)),
  };
  return START + encodeURIComponent(JSON.stringify(state));
}

/**
 * What a fragment says; null if it is none of ours. Throws an error that says what is wrong with it. `layers` are those
 * that the page can show inside the network.
 */
export function readLink(fragment: string, facts: Facts, layers: readonly LayerFacts[]): Linked | null {
  if (!fragment.startsWith(START)) {
    return null;
  }
  const state = object(read(fragment.slice(START.length)), "content");
  const instance = placeOf(state.instance, facts.instances, "instance");
  const samples = facts.lengths?.[instance] ?? facts.samples;
  const names = facts.targets.map((target) => facts.class_names[target]);
  return {
    instance,
    target: placeOf(state.class, names, "class"),
    method: placeOf(
      state.method,
      facts.methods.map(({ label }) => label),
      "method",
    ),
    zoom: optional(state.zoom, (zoom) => interval(zoom, "zoom", isWithin(wholeOf(samples, facts.sampling_rate ?? 1)))),
    window: optional(state.window, (window) => windowOf(window, facts.samples)),
    edits:
      optional(state.edits, (edits) => list(edits, "list of edits").map((edit) => editOf(edit, facts, samples))) ?? [],
    panel: optional(state.panel, (panel) => (typeof panel === "string" ? panel : fail("panel"))),
    inside: optional(state.inside, (inside) => insideOf(inside, layers)),
  };
}

function insideOf(given: unknown, layers: readonly LayerFacts[]): LinkedInside {
  const { layer, filter, step } = object(given, "layer");
  const names = layers.map(({ name }) => name);
  const chosen = layers[placeOf(layer, names, "layer")];
  return {
    layer: chosen.name,
    filter: optional(filter, (one) => whole(one, 0, chosen.filters, "filter")),
    step: optional(step, (one) => whole(one, 0, 1e9, "step")),
  };
}

function editOf(given: unknown, facts: Facts, samples: number): Edit {
  const edit = object(given, "edit");
  if (!KINDS.includes(edit.do as string)) {
    fail("edit");
  }
  const count = facts.channel_names.length;
  if (edit.do === "replace") {
    const values = numbers(edit.values, "list of values");
    return values.length === samples * count ? { do: "replace", values } : fail("list of values");
  }
  const channels = list(edit.channels, "list of channels").map((channel) =>
    whole(channel, 0, count, "list of channels"),
  );
  const stretch = { window: windowOf(edit.window, samples), channels };
  const each = (): number[] => {
    const by = numbers(edit.by, "amount");
    return by.length === channels.length ? by : fail("amount");
  };
  switch (edit.do) {
    case "move":
      return { ...stretch, do: "move", by: each() };
    case "scale":
      return { ...stretch, do: "scale", by: number(edit.by, "amount") };
    case "flatten":
      return { ...stretch, do: "flatten" };
    case "smooth":
      return { ...stretch, do: "smooth", over: whole(edit.over, 1, 2 * samples, "width of smoothing") };
    case "shift":
      return { ...stretch, do: "shift", by: whole(edit.by, -1e9, 1e9, "amount") };
    case "noise":
      return { ...stretch, do: "noise", by: each(), seed: whole(edit.seed, 0, 2 ** 32, "seed") };
    case "exchange":
      return channels.length === 2 ? { ...stretch, do: "exchange" } : fail("list of channels");
    case "take":
      return { ...stretch, do: "take", instance: placeOf(edit.instance, facts.instances, "instance") };
    default:
      return fail("edit");
  }
}

function read(text: string): unknown {
  try {
    return JSON.parse(decodeURIComponent(text));
  } catch {
    throw new Error("it is cut off or damaged");
  }
}

function fail(what: string): never {
  throw new Error(`its ${what} cannot be used here`);
}

function placeOf<Item>(value: unknown, items: readonly Item[], name: string): number {
  const place = items.indexOf(value as Item);
  if (value === undefined) {
    throw new Error(`it names no ${name}`);
  }
  if (place < 0) {
    throw new Error(`the page has no ${name} ${String(value).slice(0, 40)}`);
  }
  return place;
}

/** Whether an edge lies within a series, with a tolerance for rounding. */
const isWithin =
  ([first, last]: Stretch) =>
  (edge: number): boolean =>
    edge >= first - 1e-6 * (last - first) && edge <= last + 1e-6 * (last - first);

const optional = <Value>(value: unknown, of: (value: unknown) => Value): Value | null =>
  value === null || value === undefined ? null : of(value);

const object = (value: unknown, name: string): Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : fail(name);

const list = (value: unknown, name: string): unknown[] => (Array.isArray(value) ? value : fail(name));

const number = (value: unknown, name: string): number =>
  typeof value === "number" && Number.isFinite(value) ? value : fail(name);

const numbers = (value: unknown, name: string): number[] => list(value, name).map((one) => number(one, name));

const whole = (value: unknown, least: number, above: number, name: string): number =>
  Number.isInteger(value) && (value as number) >= least && (value as number) < above ? (value as number) : fail(name);

function interval(value: unknown, name: string, fits: (edge: number) => boolean): readonly [number, number] {
  const edges = numbers(value, name);
  return edges.length === 2 && edges[0] < edges[1] && edges.every(fits) ? [edges[0], edges[1]] : fail(name);
}

const windowOf = (value: unknown, samples: number): Window =>
  interval(value, "window", (edge) => Number.isInteger(edge) && edge >= 0 && edge <= samples);
