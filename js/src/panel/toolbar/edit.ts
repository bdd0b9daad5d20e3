import { html, nothing, type TemplateResult } from "lit-html";
import type { Edit } from "../../core/edit/edit.js";
import { parseSeries } from "../../core/edit/parse.js";
import { startOf } from "../../core/text/clock.js";
import { counted } from "../../core/text/numbers.js";
import { whereText } from "../../core/text/window_text.js";
import { button, group, number, select } from "../../dom/fields.js";
import type { ChannelStackModel } from "../../mark/ChannelStackModel.js";

/** Contents of the fields of the panel. */
interface Fields {
  /** Channel that is edited; -1 for all. */
  readonly channel: number;
  /** Channel that it is exchanged with. */
  readonly other: number;
  /** Instance that a stretch is taken from. */
  readonly instance: number;
  /** In standard deviations of the channel. */
  readonly amount: number;
  readonly factor: number;
  readonly samples: number;
  /** Error in the numbers that were pasted last; "" if there is none. */
  readonly fault: string;
}

const DEFAULTS: Fields = { channel: -1, other: 0, instance: 0, amount: 1, factor: 2, samples: 11, fault: "" };

const fields = new WeakMap<ChannelStackModel, Fields>();
const fieldsOf = (mark: ChannelStackModel): Fields => fields.get(mark) ?? DEFAULTS;

function change(mark: ChannelStackModel, changed: Partial<Fields>): void {
  fields.set(mark, { ...fieldsOf(mark), ...changed });
  mark.trigger("edits");
}

/** Changes of the current series, or of a window of it; scores and map follow. */
export function editPanel(mark: ChannelStackModel): TemplateResult {
  const { edits } = mark;
  if (edits.obstacle !== null) {
    const { done, undone } = edits.history;
    const kept = done.length + undone.length > 0 ? past(mark) : nothing;
    return html`<div class="cam1d-note">${edits.obstacle}</div>${kept}`;
  }
  return html`${past(mark)}${what(mark)}${moves(mark)}${replacements(mark)}${pasted(mark)}`;
}

function what(mark: ChannelStackModel): TemplateResult {
  const { facts, windows, choice } = mark;
  const { channel } = fieldsOf(mark);
  const names = Object.fromEntries([["all", "all"], ...facts.channel_names.map((name, place) => [`c${place}`, name])]);
  const where = windows.chosen
    ? `${whereText(windows.chosen, facts, startOf(choice, facts))}; a drag there moves a channel up or down`
    : "the whole series; Shift + drag in the plot selects a window";
  return group(
    "what is edited",
    html`<span class="cam1d-note" role="status">${where}</span>`,
    select("channel", names, channel < 0 ? "all" : `c${channel}`, (key) =>
      change(mark, { channel: key === "all" ? -1 : Number(key.slice(1)) }),
    ),
  );
}

function moves(mark: ChannelStackModel): TemplateResult {
  const { edits, facts } = mark;
  const { amount, factor, samples } = fieldsOf(mark);
  const chosen = channelsOf(mark);
  const stretch = () => ({ window: edits.windowOr(mark.windows.chosen), channels: chosen });
  const apply = (edit: Edit): void => edits.apply(edit);
  const each = (share: number): number[] => chosen.map((channel) => share * edits.spreads[channel]);
  const odd = 2 * Math.floor(samples / 2) + 1;
  const baseline = `Flatten: replace by ${facts.baseline}`;
  return html`
    ${group(
      "move and scale",
      line(
        number("std. dev.", { min: 0, step: "any" }, amount, (amount) => change(mark, { amount })),
        button("Up", "Up: move up", () => apply({ ...stretch(), do: "move", by: each(amount) })),
        button("Down", "Down: move down", () => apply({ ...stretch(), do: "move", by: each(-amount) })),
        button("Noise", "Noise: add noise of as many standard deviations", () =>
          apply({ ...stretch(), do: "noise", by: each(amount), seed: Math.floor(Math.random() * 2 ** 32) }),
        ),
      ),
      line(
        number("factor", { min: 0, step: "any" }, factor, (factor) => change(mark, { factor })),
        button("Scale", "Scale: multiply the distance from the baseline", () =>
          apply({ ...stretch(), do: "scale", by: factor }),
        ),
        button("Flatten", baseline, () => apply({ ...stretch(), do: "flatten" })),
      ),
    )}
    ${group(
      "in time",
      number("samples", { min: 1, step: 1 }, samples, (samples) => change(mark, { samples })),
      button("←", "← Earlier: shift to an earlier time", () => apply({ ...stretch(), do: "shift", by: -samples })),
      button("→", "Later →: shift to a later time", () => apply({ ...stretch(), do: "shift", by: samples })),
      button("Smooth", `Smooth: replace by a moving mean of ${odd} samples`, () =>
        apply({ ...stretch(), do: "smooth", over: odd }),
      ),
    )}
  `;
}

function replacements(mark: ChannelStackModel): TemplateResult {
  const { edits, facts } = mark;
  const { channel, other, instance } = fieldsOf(mark);
  const last = facts.instances.length - 1;
  const window = () => edits.windowOr(mark.windows.chosen);
  const others = facts.channel_names.flatMap((name, place) => (place === channel ? [] : [[`c${place}`, name]]));
  const partner = other === channel ? Number(others[0]?.[0].slice(1) ?? 0) : other;
  const exchange = line(
    select("with channel", Object.fromEntries(others), `c${partner}`, (key) =>
      change(mark, { other: Number(key.slice(1)) }),
    ),
    button("Exchange", "Exchange: exchange the two channels", () =>
      edits.apply({ window: window(), channels: [channel, partner], do: "exchange" }),
    ),
  );
  const take = line(
    number("from instance (index)", { min: 0, max: last, step: 1 }, instance, (instance) => change(mark, { instance })),
    button("Take", "Take: replace by the same samples of that instance", () =>
      edits.take(instance, { window: window(), channels: channelsOf(mark) }),
    ),
  );
  const shown = [...(channel >= 0 && others.length > 0 ? [exchange] : []), ...(last > 0 ? [take] : [])];
  return html`${shown.length > 0 ? group("replace", ...shown) : nothing}`;
}

/** Numbers that replace the whole series, or its channel. */
function pasted(mark: ChannelStackModel): TemplateResult {
  const { fault } = fieldsOf(mark);
  const field = ({ currentTarget }: Event): HTMLTextAreaElement =>
    (currentTarget as Element).closest("fieldset")!.querySelector("textarea")!;
  const load = async ({ currentTarget }: Event): Promise<void> => {
    const input = currentTarget as HTMLInputElement;
    const text = await input.files?.[0]?.text();
    input.value = "";
    if (text !== undefined) {
      replace(mark, text);
    }
  };
  return group(
    "numbers",
    html`<div class="cam1d-bad" role="alert">${fault}</div>
      <textarea
        rows="2"
        aria-label="numbers: a row for each sample, a column for each channel"
        placeholder="a row for each sample, a column for each channel"
      ></textarea>`,
    line(
      button("Use", "Use these numbers", (event) => replace(mark, field(event).value)),
      html`<label class="cam1d-file"
        >Load CSV<input class="cam1d-spoken" type="file" accept=".csv,.tsv,.txt,text/*" @change=${load}
      /></label>`,
    ),
  );
}

function replace(mark: ChannelStackModel, text: string): void {
  const { edits, facts } = mark;
  const series = edits.seriesOf(mark.choice.instance)!;
  const chosen = channelsOf(mark);
  const names = chosen.map((channel) => {
    const [name, unit] = [facts.channel_names[channel], facts.channel_units[channel]];
    return [name, `${name} ${unit}`];
  });
  const numbers = parseSeries(text, { samples: series.samples, names });
  if (typeof numbers === "string") {
    change(mark, { fault: numbers });
    return;
  }
  const values = Array.from(series.values);
  numbers.forEach((value, place) => {
    values[Math.floor(place / chosen.length) * series.channels + chosen[place % chosen.length]] = value;
  });
  change(mark, { fault: "" });
  edits.apply({ do: "replace", values });
}

function past({ edits }: ChannelStackModel): TemplateResult {
  const { done, undone } = edits.history;
  const [none, nothingUndone] = [done.length === 0, undone.length === 0];
  return group(
    counted(done.length, "edit"),
    button("Undo", "Undo: undo the last edit", () => edits.undo(), none),
    button("Redo", "Redo: redo the edit that was undone", () => edits.redo(), nothingUndone),
    button("Reset", "Reset: show the original series", () => edits.reset(), none),
  );
}

const line = (...parts: TemplateResult[]): TemplateResult => html`<div class="cam1d-line">${parts}</div>`;

const channelsOf = (mark: ChannelStackModel): number[] => {
  const { channel } = fieldsOf(mark);
  return channel < 0 ? mark.facts.channel_names.map((_, place) => place) : [channel];
};
