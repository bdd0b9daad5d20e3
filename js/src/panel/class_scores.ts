import { html, nothing, type TemplateResult } from "lit-html";
import { live } from "lit-html/directives/live.js";
import { repeat } from "lit-html/directives/repeat.js";
import { styleMap } from "lit-html/directives/style-map.js";
import { classesByScore, classScores, type ScoredClass } from "../core/picture/finder.js";
import { hasScores } from "../core/picture/outputs.js";
import { isTrue, trueValue } from "../core/picture/truth.js";
import { elided } from "../core/text/elided.js";
import { formatNumber, scoreFormat } from "../core/text/numbers.js";
import { PanelView } from "./panel.js";

/** Maximum length of a name, and how much shorter it is in bold. */
const LENGTH = 26;
const BOLD = 4;
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
    // The bars of an edited series stay in the order of the original, whose scores are marked.
    const before = classesByScore(
      choice.instance,
      facts.targets,
      this.mark.outputsOf({ ...choice, edited: undefined }),
    );
    const now = classScores(choice.instance, facts.targets, outputs);
    const most = outputs.probabilities ? 1 : Math.max(...[...before, ...now].map(({ value }) => Math.abs(value)));
    return html`<fieldset>
      <legend>${outputs.probabilities ? "class probabilities" : "class scores"}</legend>
      ${repeat(
        before,
        ({ place }) => place,
        ({ place, value }) => this.row(now[place], most, choice.edited === undefined ? null : value),
      )}
    </fieldset>`;
  }

  private row({ place, target, value }: ScoredClass, most: number, before: number | null): TemplateResult {
    const { choice, facts, outputs } = this.mark;
    const name = facts.class_names[target];
    const own = trueValue(choice.instance, target, outputs);
    const truth = own === null ? "true" : `true ${formatNumber(own)}`;
    // Whether an edited series still is of its class is not known.
    const marked = before === null && (own !== null || isTrue(choice.instance, target, outputs));
    const explained = place === choice.target;
    const length = LENGTH - (explained ? BOLD : 0) - (marked ? truth.length + 1 : 0);
    const share = (of: number): string => `${most > 0 ? (100 * Math.abs(of)) / most : 0}%`;
    const format = scoreFormat(outputs.probabilities !== null);
    return html`<label title=${name} class=${explained ? "cam1d-explained" : ""}
      ><input
        type="radio"
        name=${`cam1d-class-${this.cid}`}
        .checked=${live(explained)}
        @change=${() => this.mark.choose({ target: place })}
      /><span class="cam1d-name">${elided(name, length, facts.class_names)}</span>${marked ? html`<em>${truth}</em>` : nothing}<span
        class="cam1d-number"
        >${before === null ? nothing : html`<small>before ${format(before)}</small> `}${format(value)}</span
      ><i class=${value < 0 ? "cam1d-negative" : ""} style=${styleMap({ width: share(value) })}></i
      >${before === null ? nothing : html`<u style=${styleMap({ width: share(before) })}></u>`}</label>`;
  }
}
