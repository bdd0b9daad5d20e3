import { html, type TemplateResult } from "lit-html";
import type { Query } from "../../core/picture/finder.js";
import { hasTrueClasses } from "../../core/picture/truth.js";
import { counted } from "../../core/text/numbers.js";
import { button, group, number, select } from "../../dom/fields.js";
import type { ChannelStackModel } from "../../mark/ChannelStackModel.js";

/** Query for the instances that slider, keys and play button visit. */
export function findPanel(mark: ChannelStackModel): TemplateResult {
  const count = html`<span class="cam1d-count" role="status">${countText(mark)}</span>`;
  return html`${group("instances", truths(mark), predictions(mark), count)}${group("navigate", walking(mark))}`;
}

function truths({ facts, outputs, finderModel }: ChannelStackModel): TemplateResult[] {
  const { verdict, true_class } = finderModel.current;
  return hasTrueClasses(outputs)
    ? [
        select("prediction", VERDICTS, verdict, (verdict) => finderModel.change({ verdict })),
        classSelect("true class", facts.class_names, true_class, (true_class) => finderModel.change({ true_class })),
      ]
    : [];
}

const VERDICTS: Record<Query["verdict"], string> = { all: "right or wrong", right: "right", wrong: "wrong" };

function predictions({ facts, outputs, finderModel }: ChannelStackModel): TemplateResult[] {
  const {
    predicted_class,
    confidence: [least, most],
  } = finderModel.current;
  const bounds = { min: 0, max: 100, step: "any" } as const;
  const change = (confidence: Query["confidence"]): void => finderModel.change({ confidence });
  return [
    classSelect("predicted", facts.class_names, predicted_class, (predicted_class) =>
      finderModel.change({ predicted_class }),
    ),
    ...(outputs.probabilities
      ? [
          number("confidence from (%)", bounds, least, (value) => change([value, most])),
          number("to (%)", bounds, most, (value) => change([least, value])),
        ]
      : []),
  ];
}

function classSelect(
  name: string,
  classes: string[],
  value: number | null,
  changed: (value: number | null) => void,
): TemplateResult {
  const options = Object.fromEntries([["any", "any"], ...classes.map((label, index) => [`c${index}`, label])]);
  return select(name, options, value === null ? "any" : `c${value}`, (key) =>
    changed(key === "any" ? null : Number(key.slice(1))),
  );
}

const countText = ({ matching, facts }: ChannelStackModel): string =>
  `${matching.length} of ${counted(facts.instances.length, "instance")}${matching.length === 0 ? ": no match, all are shown" : ""}`;

function walking(mark: ChannelStackModel): TemplateResult[] {
  const last = mark.facts.instances.length - 1;
  return [
    button("Previous", "previous instance", () => mark.step(-1)),
    button("Next", "next instance", () => mark.step(1)),
    button(mark.player.playing ? "Pause" : "Play", "play or pause", () => mark.play()),
    number("index", { min: 0, max: last, step: 1 }, mark.choice.instance, (instance) => mark.choose({ instance })),
  ];
}
