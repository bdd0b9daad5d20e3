import type { Query } from "../../core/picture/finder.js";
import { button, group, number, select } from "../../dom/fields.js";
import { textElement } from "../../dom/text_element.js";
import type { ChannelStackModel } from "../../mark/ChannelStackModel.js";

/** Which instances the slider, the keys and the play button stop at. */
export function findPanel(mark: ChannelStackModel): HTMLElement[] {
  const query = mark.finderModel.current;
  const change = (changed: Partial<Query>): void => {
    mark.finderModel.change(changed);
    count.textContent = countText(mark);
  };
  const count = textElement("span", "cam1d-count", countText(mark));
  count.setAttribute("role", "status");
  const fields = [...truths(mark, query, change), ...predictions(mark, query, change)];
  return [group("instances", ...fields, count), group("go", ...walking(mark))];
}

type Change = (query: Partial<Query>) => void;

function truths({ facts, outputs }: ChannelStackModel, query: Query, change: Change): HTMLElement[] {
  if (!outputs.truth) {
    return [];
  }
  return [
    select("prediction", VERDICTS, query.verdict, (verdict) => change({ verdict })),
    classSelect("true class", facts.class_names, query.true_class, (true_class) => change({ true_class })),
  ];
}

const VERDICTS = { all: "right or wrong", right: "right", wrong: "wrong" };

function predictions({ facts, outputs }: ChannelStackModel, query: Query, change: Change): HTMLElement[] {
  const fields = [
    classSelect("predicted", facts.class_names, query.predicted_class, (predicted_class) =>
      change({ predicted_class }),
    ),
  ];
  if (outputs.probabilities) {
    const bounds = { min: 0, max: 100, step: "any" } as const;
    const [least, most] = query.confidence;
    const at = (place: 0 | 1) => (value: number) => {
      query = { ...query, confidence: place === 0 ? [value, query.confidence[1]] : [query.confidence[0], value] };
      change({ confidence: query.confidence });
    };
    fields.push(number("confidence from (%)", bounds, least, at(0)), number("to (%)", bounds, most, at(1)));
  }
  return fields;
}

function classSelect(
  name: string,
  classes: string[],
  value: number | null,
  changed: (value: number | null) => void,
): HTMLElement {
  const options = Object.fromEntries([["any", "any"], ...classes.map((label, index) => [`c${index}`, label])]);
  return select(name, options, value === null ? "any" : `c${value}`, (key) =>
    changed(key === "any" ? null : Number(key.slice(1))),
  );
}

const countText = ({ found, facts }: ChannelStackModel): string =>
  `${found.length} of ${facts.instances.length} instances${found.length === 0 ? ": none is like that, all are shown" : ""}`;

function walking(mark: ChannelStackModel): HTMLElement[] {
  const play = button(playText(mark), "play or pause", () => {
    mark.play();
    play.textContent = playText(mark);
  });
  const last = mark.facts.instances.length - 1;
  return [
    button("Previous", "previous instance", () => mark.step(-1)),
    button("Next", "next instance", () => mark.step(1)),
    play,
    number("index", { min: 0, max: last, step: 1 }, mark.choice.instance, (instance) => mark.choose({ instance })),
  ];
}

const playText = ({ player }: ChannelStackModel): string => (player.playing ? "Pause" : "Play");
