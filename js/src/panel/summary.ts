import { html, nothing, type TemplateResult } from "lit-html";
import { summaryOf } from "../core/text/describe.js";
import { nameSliders } from "../dom/slider_names.js";
import { PanelModel, PanelView } from "./panel.js";

export class SummaryModel extends PanelModel {
  static model_name = "SummaryModel";
  static view_name = "SummaryView";
}

/** Summary above the plot: instance, true class and prediction. The legend names the explained class. */
export class SummaryView extends PanelView {
  render(): void {
    this.el.classList.add("cam1d-summary");
    this.el.setAttribute("role", "status");
    super.render();
    this.listenTo(this.mark, "change:stale", this.refresh);
    this.displayed.then(() => {
      this.naming = nameSliders(this.el);
    });
  }

  protected content(): TemplateResult {
    const { choice, facts, outputs, stale, hasKernel } = this.mark;
    const { instance, truth, predicted, explained, right } = summaryOf(choice, facts, outputs);
    return html`
      ${stale ? this.outdated(stale) : nothing}
      <span class="cam1d-title">${instance}</span>
      ${truth === null ? nothing : term("true", truth)}
      ${predicted === null ? nothing : term("predicted", predicted, right)}
      <span class="cam1d-spoken">${term("explained", explained)}</span>
      ${facts.notebook && !hasKernel ? html`<div class="cam1d-note">${OFFLINE}</div>` : nothing}
    `;
  }

  /** Message that the model changed, with a button that updates the viewer. */
  private outdated(message: string): TemplateResult {
    const name = "update scores and maps to the model as it is now";
    const update = html`<button
      type="button" title=${name} aria-label=${name} ?disabled=${this.updating} @click=${() => this.askForUpdate()}
    >${this.updating ? "Updating …" : "Update"}</button>`;
    return html`<div class="cam1d-toolbar cam1d-stale"
      ><span>${message}</span>${this.mark.hasKernel ? update : nothing}</div
    >`;
  }

  private askForUpdate(): void {
    // A disabled button loses the focus.
    this.el.tabIndex = -1;
    this.el.focus();
    this.updating = true;
    this.refresh();
    this.updating = false;
    this.mark.update();
  }

  remove(): void {
    this.naming?.disconnect();
    super.remove();
  }

  private naming: MutationObserver | undefined;
  /** Whether an update is pending. */
  private updating = false;
}

const OFFLINE = "Without its kernel the widget shows what was computed before; run the cell again for more.";

const term = (name: string, value: string, right: boolean | null = null): TemplateResult =>
  html`<span
    ><span class="cam1d-term">${name}</span><span class="cam1d-value">${value}</span>${right === null ? nothing : sign(right)}</span
  >`;

const sign = (right: boolean): TemplateResult =>
  html`<span class=${right ? "cam1d-right" : "cam1d-wrong"}>${right ? "✓ right" : "✗ wrong"}</span>`;
