import type { Options } from "../../core/picture/options.js";
import { checkbox, group, number, select } from "../../dom/fields.js";
import { textElement } from "../../dom/text_element.js";
import type { ChannelStackModel } from "../../mark/ChannelStackModel.js";

/** How the picture is drawn: colors, rows and channels. */
export function viewPanel(mark: ChannelStackModel): HTMLElement[] {
  const options = mark.optionsModel.current;
  const change = (changed: Partial<Options>): void => mark.optionsModel.change(changed);
  return [
    colors(options, change, mark),
    rows(options, change),
    channels(mark, options, change),
    compared(mark, options, change),
  ];
}

type Change = (options: Partial<Options>) => void;

function colors(options: Options, change: Change, mark: ChannelStackModel): HTMLElement {
  const fixed = number("end at", { min: 0, step: "any" }, options.limit, (limit) => change({ limit }));
  fixed.hidden = options.scope !== "fixed";
  return group(
    "colors",
    select("ends over", SCOPES, options.scope, (scope) => change({ scope, ...fixedAt(scope, mark) })),
    fixed,
    select("sign", SIGNS, options.sign, (sign) => change({ sign })),
    number("clip (%)", { min: 0, max: 50, step: 0.5 }, options.clip, (clip) => change({ clip })),
    number("smooth (samples)", { min: 1, step: 2 }, options.smoothing, (width) =>
      change({ smoothing: 2 * Math.floor(width / 2) + 1 }),
    ),
  );
}

/** Ends begin to be fixed where they are. */
function fixedAt(scope: Options["scope"], { picture }: ChannelStackModel): Partial<Options> {
  return scope === "fixed" && picture && picture.ends.limit > 0
    ? { limit: Number(picture.ends.limit.toPrecision(3)) }
    : {};
}

const SCOPES = { map: "this map", instance: "this instance", method: "all instances", fixed: "a fixed end" };
const SIGNS = { signed: "signed", positive: "positive", negative: "negative", absolute: "absolute" };

function rows(options: Options, change: Change): HTMLElement {
  return group(
    "rows",
    select("attribution as", STYLES, options.style, (style) => change({ style })),
    select("scale", ROWS, options.rows, (rows) => change({ rows })),
    number("gain", { min: 0.1, max: 100, step: "any" }, options.gain, (gain) => change({ gain })),
    checkbox("on top of each other", options.overlay, (overlay) => change({ overlay })),
  );
}

const STYLES = { tint: "tinted rows", strip: "strips", line: "colored lines" };
const ROWS = { channel: "of each channel", unit: "shared by unit", global: "of all channels" };

function channels({ facts }: ChannelStackModel, options: Options, change: Change): HTMLElement {
  const hidden = new Set(options.hidden);
  const boxes = facts.channel_names.map((name, channel) =>
    checkbox(name, !hidden.has(channel), (shown) => {
      shown ? hidden.delete(channel) : hidden.add(channel);
      change({ hidden: [...hidden].sort((one, other) => one - other) });
    }),
  );
  return group(
    "channels",
    select("order", ORDERS, options.order, (order) => change({ order })),
    textElement("div", "cam1d-boxes", ...boxes),
  );
}

const ORDERS = { given: "as given", share: "by share" };

/** The instances whose mean is shown, by their true or their predicted class. */
function averaged(mark: ChannelStackModel): HTMLElement[] {
  const { facts, outputs, choice } = mark;
  const kinds = outputs.truth ? OVER : { none: OVER.none, predicted: OVER.predicted };
  const classes = Object.fromEntries(facts.class_names.map((name, index) => [`c${index}`, name]));
  const which = select("of", classes, `c${choice.mean?.of ?? 0}`, (key) =>
    mark.choose({ mean: { by: mark.choice.mean!.by, of: Number(key.slice(1)) } }),
  );
  which.hidden = choice.mean === null;
  const over = select<keyof typeof OVER>("mean over", kinds as typeof OVER, choice.mean?.by ?? "none", (by) => {
    mark.turnMean(by);
    which.hidden = by === "none";
    which.querySelector("select")!.value = `c${mark.choice.mean?.of ?? 0}`;
  });
  return [over, which];
}

const OVER = { none: "one instance", true: "a true class", predicted: "a predicted class" };

/** Another class, whose map is taken from the one on show. */
function compared(mark: ChannelStackModel, { same_ends }: Options, change: Change): HTMLElement {
  const { facts, choice } = mark;
  const classes = facts.targets.map((target, place) => [`p${place}`, facts.class_names[target]]);
  const options = Object.fromEntries([["none", "no other class"], ...classes]);
  const value = choice.against === null ? "none" : `p${choice.against}`;
  const menu = select("minus", options, value, (key) =>
    mark.choose({ against: key === "none" ? null : Number(key.slice(1)) }),
  );
  const same = checkbox("color ends shared with the pinned", same_ends, (same_ends) => change({ same_ends }));
  return group("compare", menu, ...averaged(mark), same);
}
