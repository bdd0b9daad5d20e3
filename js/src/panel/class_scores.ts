import { html, nothing, type TemplateResult } from "lit-html";
import { live } from "lit-html/directives/live.js";
import { repeat } from "lit-html/directives/repeat.js";
import { styleMap } from "lit-html/directives/style-map.js";
import { classesByScore, type ScoredClass } from "../core/picture/finder.js";
import { hasScores } from "../core/picture/outputs.js";
import { isTrue, trueValue } from "../core/picture/truth.js";
import { elided } from "../core/text/elided.js";
import { formatNumber, scoreFormat } from "../core/text/numbers.js";
import { PanelView } from "./panel.js";

/** Maximum length of a name. */
const LENGTH = 26;
/** Maximum number of classes that are listed below the plot; next to it, they would leave most of a column empty. */
const FEW = 2;

/** Bars of the class scores in descending order; a click explains the class. */
export class ClassScoresView extends PanelView {
  render(): void {
    this.el.classList.add("cam1d-scores");
    super.render();
  }

  protected content(): TemplateResult {
    const { choice, facts, outputs } = this.mark;
    this.el.hidden = facts.targets.length < 2;
    this.el.classList.toggle("cam1d-few", facts.targets.length <= FEW);
    // A mean has no scores, nor has an instance before they are computed; they keep their place.
    if (this.el.hidden || choice.mean || !hasScores(choice.instance, outputs)) {
      return html``;
    }
    const classes = classesByScore(choice.instance, facts.targets, outputs);
    const most = outputs.probabilities ? 1 : Math.max(...classes.map(({ value }) => Math.abs(value)));
    return html`<fieldset>
      <legend>${outputs.probabilities ? "class probabilities" : "class scores"}</legend>
      ${repeat(
        classes,
        ({ place }) => place,
        (one) => this.row(one, most),
      )}
    </fieldset>`;
  }

  private row({ place, target, value }: ScoredClass, most: number): TemplateResult {
    const { choice, facts, outputs } = this.mark;
    const name = facts.class_names[target];
    const own = trueValue(choice.instance, target, outputs);
    const truth = own === null ? "true" : `true ${formatNumber(own)}`;
    const marked = own !== null || isTrue(choice.instance, target, outputs);
    const width = `${most > 0 ? (100 * Math.abs(value)) / most : 0}%`;
    return html`<label title=${name} class=${place === choice.target ? "cam1d-explained" : ""}
      ><input
        type="radio"
        name=${`cam1d-class-${this.cid}`}
        .checked=${live(place === choice.target)}
        @change=${() => this.mark.choose({ target: place })}
      /><span class="cam1d-name">${elided(name, LENGTH)}</span>${marked ? html`<em>${truth}</em>` : nothing}<span
        class="cam1d-number"
        >${scoreFormat(outputs.probabilities !== null)(value)}</span
      ><i class=${value < 0 ? "cam1d-negative" : ""} style=${styleMap({ width })}></i
    ></label>`;
  }
}
