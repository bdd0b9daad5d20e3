import { html, nothing, type TemplateResult } from "lit-html";
import { summaryOf } from "../core/text/describe.js";
import { nameSliders } from "../dom/slider_names.js";
import { PanelView } from "./panel.js";

/** Summary above the plot: instance, true class and prediction. The legend names the explained class. */
export class SummaryView extends PanelView {
  render(): void {
    this.el.classList.add("cam1d-summary");
    this.el.setAttribute("role", "status");
    super.render();
    this.listenTo(this.mark, "change:stale change:better change:follow", this.refresh);
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
      ${right === false && truth !== null ? this.whyNot(truth) : nothing}
      <span class="cam1d-spoken">${term("explained", explained)}</span>
      ${this.waiting()}${this.offer()}
      ${facts.notebook && !hasKernel ? html`<div class="cam1d-note">${OFFLINE}</div>` : nothing}
    `;
  }

  /** Button that compares the predicted class with the true one. */
  private whyNot(truth: string): TemplateResult {
    const { mark } = this;
    const on = mark.follow === "contrast";
    const name = on ? "show the predicted class alone" : `show the predicted class minus ${truth}, and ${truth}`;
    return html`<button type="button" class="cam1d-why" title=${name} aria-pressed=${String(on)}
      @click=${() => {
        mark.follow = on ? "predicted" : "contrast";
      }}
    >Why not “${truth}”?</button>`;
  }

  /** How long the requested map takes, with a button that cancels it. */
  private waiting(): TemplateResult | typeof nothing {
    const { mark } = this;
    if (mark.slow === null) {
      return nothing;
    }
    const { label } = mark.facts.methods[mark.choice.method];
    return line(`Computing ${label}, about ${duration(mark.slow)} …`, ["Cancel", () => mark.cancelSlow()]);
  }

  /** A better method that takes longer than the one that the viewer opened with. */
  private offer(): TemplateResult | typeof nothing {
    const { mark } = this;
    const { better } = mark;
    if (!better || !mark.hasKernel || mark.choice.method === better.method) {
      return nothing;
    }
    const { label } = mark.facts.methods[better.method];
    const long = `${label} takes about ${duration(better.seconds)} on this model`;
    const show = [`Show ${label}`, () => mark.showBetter()] as const;
    if (better.state === "ready") {
      return line(`${label} is ready.`, show);
    }
    return better.state === "computing"
      ? line(`${long}: computing …`, ["Cancel", () => mark.cancelSlow()])
      : line(`${long}.`, show);
  }

  /** Message that the model changed, with a button that updates the viewer. */
  private outdated(message: string): TemplateResult {
    const name = "recompute scores and maps with the current model";
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

/** A separate line, with a button. */
const line = (text: string, [name, act]: readonly [string, () => void]): TemplateResult =>
  html`<div class="cam1d-toolbar cam1d-note"><span>${text}</span><button type="button" @click=${act}>${name}</button></div>`;

const duration = (seconds: number): string =>
  seconds < 90 ? `${Math.max(1, Math.round(seconds))} s` : `${Math.round(seconds / 60)} min`;

const OFFLINE = "Without its kernel the widget shows what was computed before; run the cell again for more.";

const term = (name: string, value: string, right: boolean | null = null): TemplateResult =>
  html`<span
    ><span class="cam1d-term">${name}</span><span class="cam1d-value">${value}</span>${right === null ? nothing : sign(right)}</span
  >`;

const sign = (right: boolean): TemplateResult =>
  html`<span class=${right ? "cam1d-right" : "cam1d-wrong"}>${right ? "✓ right" : "✗ wrong"}</span>`;
