import { html, type TemplateResult } from "lit-html";
import { argmax, rowOf } from "../core/picture/facts.js";
import { classScores } from "../core/picture/finder.js";
import { type Follow, followed } from "../core/picture/follow.js";
import { hasTrueClasses } from "../core/picture/truth.js";
import { elided } from "../core/text/elided.js";
import { scoreFormat } from "../core/text/numbers.js";
import { options } from "../dom/fields.js";
import { MenuView } from "./menu.js";

/** Menu entries before the classes. */
const FOLLOWS: readonly (readonly [Follow, string])[] = [
  ["predicted", "predicted"],
  ["true", "true"],
  ["runner-up", "runner-up"],
];

/** What a narrow menu shows of the entries before the classes. */
const SHORT: Readonly<Record<string, string>> = {
  predicted: "pred.: ",
  true: "true: ",
  "runner-up": "2nd: ",
  "highest of these": "top: ",
  explained: "",
};

/** Maximum length of a name in the open menu. */
const LENGTH = 32;

/** Class menu in the order of the slider, with the score of each class on this instance. */
export class ClassMenuView extends MenuView {
  render(): void {
    this.el.classList.add("cam1d-class-menu");
    super.render();
  }

  protected content(): TemplateResult {
    const { mark } = this;
    const { choice, facts, outputs } = mark;
    const format = scoreFormat(outputs.probabilities !== null);
    const names = facts.class_names;
    const scored = classScores(choice.instance, facts.targets, outputs).map(({ place, target, value }) => ({
      place,
      name: names[target],
      after: Number.isNaN(value) ? "" : ` · ${format(value)}`,
    }));
    const entries = scored.map(
      ({ place, name, after }) => [String(place), elided(name, LENGTH, names) + after] as const,
    );
    const follows = FOLLOWS.filter(([kind]) => kind !== "true" || hasTrueClasses(outputs));
    const change = ({ target }: Event): void => {
      const { value } = target as HTMLSelectElement;
      const follow = follows.find(([kind]) => kind === value)?.[0];
      if (follow) {
        mark.follow = follow;
      } else {
        mark.set("follow", "fixed");
        mark.choose({ target: Number(value), against: null });
      }
    };
    const predicted = argmax(rowOf(outputs.probabilities ?? outputs.scores, choice.instance));
    // Of an instance whose map was made for another class only, that one is explained.
    const wanted = followed(mark.follow, choice.instance, facts.targets, outputs);
    const isOther = wanted !== null && wanted.target !== choice.target;
    const nameOf = (kind: Follow, name: string): string => {
      if (kind === mark.follow && isOther) {
        return "explained";
      }
      return kind === "predicted" && !facts.targets.includes(predicted) ? "highest of these" : name;
    };
    const current = entries.find(([place]) => Number(place) === choice.target)?.[1] ?? "";
    const named = follows
      .map(([kind, name]) => [kind, nameOf(kind, name)] as const)
      .map(([kind, name]) => [kind, kind === mark.follow ? `${name}: ${current}` : name] as const);
    const follow = follows.find(([kind]) => kind === mark.follow);
    const selected = follow ? mark.follow : String(choice.target);
    const explained = {
      before: follow ? `${nameOf(...follow)}: ` : "",
      short: follow && SHORT[nameOf(...follow)],
      name: names[facts.targets[choice.target]],
      after: scored.find(({ place }) => place === choice.target)?.after ?? "",
      others: names,
    };
    const fitted = (all: readonly (readonly [string, string])[]): [string, string][] =>
      all.map(([value, text]) => [value, value === selected ? this.fitted(text, explained) : text]);
    return html`<select
      title=${explained.before + explained.name + explained.after}
      ?disabled=${entries.length < 2}
      @change=${change}
    ><optgroup label="for each instance">${options(fitted(named), selected)}</optgroup><optgroup label="always"
      >${options(fitted(entries), selected)}</optgroup
    ></select>`;
  }
}
