import { html, nothing, type TemplateResult } from "lit-html";
import { styleMap } from "lit-html/directives/style-map.js";
import { all, toggled } from "../../core/picture/hidden.js";
import type { Options } from "../../core/picture/options.js";
import { allButTop } from "../../core/picture/shares.js";
import { hasTrueClasses } from "../../core/picture/truth.js";
import { elided } from "../../core/text/elided.js";
import { button, checkbox, group, number, select } from "../../dom/fields.js";
import type { ChannelStackModel } from "../../mark/ChannelStackModel.js";

/** Maximum length of a channel's name. */
const LENGTH = 30;

/** Display options: colors, rows and channels. */
export const viewPanel = (mark: ChannelStackModel): TemplateResult =>
  html`${colors(mark)}${rows(mark)}${channels(mark)}${compared(mark)}`;

function colors({ optionsModel, facts, picture }: ChannelStackModel): TemplateResult {
  const { scope, limit, sign, clip, smoothing } = optionsModel.current;
  const change = (changed: Partial<Options>): void => optionsModel.change(changed);
  const present =
    picture && picture.colorLimit.limit > 0 ? { limit: Number(picture.colorLimit.limit.toPrecision(3)) } : {};
  return group(
    "colors",
    // A fixed limit starts at the present one.
    select("color range", SCOPES, scope, (scope) => change({ scope, ...(scope === "fixed" ? present : {}) })),
    number(
      "color limit",
      { min: 0, step: "any" },
      limit,
      (limit) => change(limit > 0 ? { limit } : present), // nothing has a limit of zero
      { hidden: scope !== "fixed" },
    ),
    select("sign", SIGNS, sign, (sign) => change({ sign })),
    number("clip (%)", { min: 0, max: 50, step: 0.5 }, clip, (clip) => change({ clip })),
    number("smooth (samples)", { min: 1, max: facts.samples, step: 2 }, smoothing, (width) =>
      change({ smoothing: 2 * Math.floor(width / 2) + 1 }),
    ),
  );
}

const SCOPES = { map: "per map", instance: "per instance", method: "all", fixed: "fixed" };
const SIGNS = { signed: "signed", positive: "positive", negative: "negative", absolute: "absolute" };

function rows({ optionsModel, facts }: ChannelStackModel): TemplateResult {
  const options = optionsModel.current;
  return group(
    "rows",
    select("attribution as", STYLES, options.style, (style) => optionsModel.change({ style })),
    select("scale", ROWS, options.rows, (rows) => optionsModel.change({ rows })),
    number("gain", { min: 0.1, max: 100, step: "any" }, options.gain, (gain) => optionsModel.change({ gain })),
    select("rows at once", PAGES, String(options.per_page) as keyof typeof PAGES, (count) =>
      optionsModel.change({ per_page: Number(count), first: 0 }),
    ),
    checkbox("overlay", options.overlay, (overlay) => optionsModel.change({ overlay, first: 0 })),
    facts.lengths
      ? checkbox("same time axis for all instances", options.same_axis, (same_axis) =>
          optionsModel.change({ same_axis }),
        )
      : nothing,
  );
}

const PAGES = { "10": "10", "24": "24", "48": "48", "0": "all" };

const STYLES = { tint: "tinted rows", strip: "strips", line: "colored lines" };
const ROWS = { channel: "per channel", unit: "per unit", global: "all channels" };

function channels({ facts, optionsModel, picture }: ChannelStackModel): TemplateResult {
  const { hidden, order } = optionsModel.current;
  const count = facts.channel_names.length;
  const hide = (hidden: number[]): void => optionsModel.change({ hidden });
  const texts = facts.channel_names.map((name) => elided(name, LENGTH, facts.channel_names));
  const longest = Math.max(...texts.map((text) => text.length));
  const shares = picture?.shares ?? null;
  const top = shares && count - hidden.length > 0 ? count - hidden.length : NaN;
  return group(
    "channels",
    select("order", ORDERS, order, (order) => optionsModel.change({ order })),
    html`<span class="cam1d-line"
      >${button("All", "All channels are shown", () => hide([]))}${button("None", "None of the channels is shown", () => hide(all(count)))}</span
    >`,
    shares && count > 2
      ? number(
          "top by share",
          { min: 1, max: count, step: 1 },
          top,
          (most) => Number.isNaN(most) || hide(allButTop(most, shares)),
        )
      : nothing,
    html`<div class="cam1d-boxes" style=${styleMap({ "--cam1d-name": `${longest}ch` })}>${texts.map((text, channel) =>
      checkbox(facts.channel_names[channel], !hidden.includes(channel), () => hide(toggled(hidden, channel)), text),
    )}</div>`,
  );
}

const ORDERS = { given: "as given", share: "by share" };

/** Mean over the instances of a true or predicted class. */
function averaged(mark: ChannelStackModel): TemplateResult[] {
  const {
    facts,
    outputs,
    choice: { mean },
  } = mark;
  const kinds = hasTrueClasses(outputs) ? OVER : { none: OVER.none, predicted: OVER.predicted };
  const classes = Object.fromEntries(facts.class_names.map((name, index) => [`c${index}`, name]));
  const choose = (key: string): void => mark.choose({ mean: { by: mean!.by, of: Number(key.slice(1)) } });
  return [
    select<keyof typeof OVER>("average over", kinds as typeof OVER, mean?.by ?? "none", (by) => mark.turnMean(by)),
    select("of", classes, `c${mean?.of ?? 0}`, choose, { hidden: mean === null }),
  ];
}

const OVER = { none: "one instance", true: "a true class", predicted: "a predicted class" };

/** Another class, whose map is subtracted from the current one. */
function compared(mark: ChannelStackModel): TemplateResult {
  const { facts, choice, optionsModel } = mark;
  const classes = facts.targets.map((target, place) => [`p${place}`, facts.class_names[target]]);
  const options = Object.fromEntries([["none", "none"], ...classes]);
  const value = choice.against === null ? "none" : `p${choice.against}`;
  return group(
    "compare",
    select("contrast against class", options, value, (key) =>
      mark.choose({ against: key === "none" ? null : Number(key.slice(1)) }),
    ),
    averaged(mark),
    checkbox("share color range with pinned view of the same method", optionsModel.current.same_ends, (same_ends) =>
      optionsModel.change({ same_ends }),
    ),
  );
}
