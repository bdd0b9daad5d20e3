import { html, type TemplateResult } from "lit-html";
import { classesByScore } from "../core/picture/finder.js";
import { formatNumber, formatPercent } from "../core/text/numbers.js";
import { options } from "../dom/fields.js";
import { PanelModel, PanelView } from "./panel.js";

export class ClassMenuModel extends PanelModel {
  static model_name = "ClassMenuModel";
  static view_name = "ClassMenuView";
}

/** Class menu in descending order of the scores for this instance. */
export class ClassMenuView extends PanelView {
  render(): void {
    this.el.classList.add("cam1d-class-menu", "widget-dropdown");
    super.render();
  }

  protected content(): TemplateResult {
    const { mark } = this;
    const { choice, facts, outputs } = mark;
    const format = outputs.probabilities ? formatPercent : (score: number) => formatNumber(score);
    const entries = classesByScore(choice.instance, facts.targets, outputs).map(
      ({ place, target, value }) => [String(place), `${facts.class_names[target]} · ${format(value)}`] as const,
    );
    const change = ({ target }: Event): void => mark.choose({ target: Number((target as HTMLSelectElement).value) });
    return html`<select ?disabled=${entries.length < 2} @change=${change}>${options(entries, String(choice.target))}</select>`;
  }
}
