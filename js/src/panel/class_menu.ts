import { classesByScore } from "../core/picture/finder.js";
import type { Outputs } from "../core/picture/outputs.js";
import { formatNumber, formatPercent } from "../core/text/numbers.js";
import { PanelModel, PanelView } from "./panel.js";

export class ClassMenuModel extends PanelModel {
  static model_name = "ClassMenuModel";
  static view_name = "ClassMenuView";
}

/** The classes, the likeliest for this instance first, each with what the classifier says of it. */
export class ClassMenuView extends PanelView {
  render(): void {
    this.menu = document.createElement("select");
    this.menu.disabled = this.mark.facts.targets.length < 2;
    this.menu.addEventListener("change", () => this.mark.choose({ target: Number(this.menu.value) }));
    this.el.classList.add("cam1d-class-menu", "widget-dropdown");
    this.el.append(this.menu);
    super.render();
  }

  write(): void {
    const {
      choice: { instance, target },
      outputs,
    } = this.mark;
    if (this.written?.instance !== instance || this.written.outputs !== outputs) {
      this.written = { instance, outputs };
      this.list(instance);
    }
    this.menu.value = String(target);
  }

  private list(instance: number): void {
    const { facts, outputs } = this.mark;
    const say = outputs.probabilities ? formatPercent : (score: number) => formatNumber(score);
    const classes = classesByScore(instance, facts.targets, outputs);
    this.menu.replaceChildren(
      ...classes.map(
        ({ place, target, value }) => new Option(`${facts.class_names[target]} · ${say(value)}`, String(place)),
      ),
    );
  }

  private menu: HTMLSelectElement;
  /** What is listed: outputs are replaced when the model is updated. */
  private written: { instance: number; outputs: Outputs } | undefined;
}
