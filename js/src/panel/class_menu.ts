import { html, type TemplateResult } from "lit-html";
import { classScores } from "../core/picture/finder.js";
import { elided } from "../core/text/elided.js";
import { scoreFormat } from "../core/text/numbers.js";
import { options } from "../dom/fields.js";
import { PanelModel, PanelView } from "./panel.js";

export class ClassMenuModel extends PanelModel {
  static model_name = "ClassMenuModel";
  static view_name = "ClassMenuView";
}

/** Maximum length of a name. */
const LENGTH = 20;

/** Class menu in the order of the slider, with the score of each class on this instance. */
export class ClassMenuView extends PanelView {
  render(): void {
    this.el.classList.add("cam1d-class-menu", "cam1d-menu");
    super.render();
  }

  protected content(): TemplateResult {
    const { mark } = this;
    const { choice, facts, outputs } = mark;
    const format = scoreFormat(outputs.probabilities !== null);
    const entries = classScores(choice.instance, facts.targets, outputs).map(
      ({ place, target, value }) =>
        [String(place), `${elided(facts.class_names[target], LENGTH)} · ${format(value)}`] as const,
    );
    const change = ({ target }: Event): void => mark.choose({ target: Number((target as HTMLSelectElement).value) });
    return html`<select
      title=${facts.class_names[facts.targets[choice.target]]}
      ?disabled=${entries.length < 2}
      @change=${change}
    >${options(entries, String(choice.target))}</select>`;
  }
}
