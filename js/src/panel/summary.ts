import { html, nothing, type TemplateResult } from "lit-html";
import { unscored } from "../core/picture/outputs.js";
import { summaryOf, truthName } from "../core/text/describe.js";
import { counted, duration } from "../core/text/numbers.js";
import { button } from "../dom/fields.js";
import { nameSliders } from "../dom/slider_names.js";
import { PanelView } from "./panel.js";

/** Summary above the plot: instance, true class and prediction. The legend names the explained class. */
export class SummaryView extends PanelView {
  render(): void {
    this.el.classList.add("cam1d-summary");
    this.el.setAttribute("role", "status");
    super.render();
    this.listenTo(this.mark, "change:stale change:better change:follow link", this.refresh);
    this.displayed.then(() => {
      this.naming = nameSliders(this.el);
      this.sizes.observe(this.el);
    });
  }

  refresh(): void {
    super.refresh();
    this.keepHeight();
  }

  /** Keeps the height of the longest summary so far, so that the plot does not move from instance to instance. */
  private keepHeight(): void {
    const { better, stale, hasKernel, outputs, link } = this.mark;
    const kept = [this.el.clientWidth, better?.state, stale, link.notice, hasKernel, unscored(outputs) > 0].join();
    if (kept !== this.kept) {
      this.el.style.minHeight = "";
    }
    this.kept = kept;
    this.el.style.minHeight = `${this.el.getBoundingClientRect().height}px`;
  }

  protected content(): TemplateResult {
    const { choice, facts, outputs, stale, hasKernel } = this.mark;
    const { instance, truth, predicted, explained, right, missed } = summaryOf(choice, facts, outputs);
    return html`
      ${stale ? this.outdated(stale) : nothing}
      <span class="cam1d-title">${instance}</span>
      ${truth === null ? nothing : term(truthName(choice), truth)}
      ${predicted === null ? nothing : term("predicted", predicted, right)}
      ${missed === null || !this.mark.canContrast ? nothing : this.whyNot(missed)}
      <span class="cam1d-spoken">${term("explained", explained)}</span>
      ${this.scoring()}${this.offer()}${this.linked()}
      ${facts.notebook && !hasKernel ? html`<div class="cam1d-note">${OFFLINE}</div>` : nothing}
    `;
  }

  /** Button that compares the predicted class with the true one. */
  private whyNot(truth: string): TemplateResult {
    const { mark } = this;
    const on = mark.follow === "contrast";
    const name = on
      ? "show the map of the predicted class"
      : `show the map of the predicted class minus that of ${truth}, next to that of ${truth}`;
    return html`<button type="button" class="cam1d-why" title=${name} aria-pressed=${String(on)}
      @click=${() => {
        mark.follow = on ? "predicted" : "contrast";
      }}
    >Why not “${truth}”?</button>`;
  }

  /** How many instances have no scores yet. */
  private scoring(): TemplateResult | typeof nothing {
    const { outputs, hasKernel, stale } = this.mark;
    const count = hasKernel && !stale ? unscored(outputs) : 0;
    return count > 0 ? line(`Computing the scores of ${counted(count, "more instance")} …`) : nothing;
  }

  /** Message about a link to a state of this page. */
  private linked(): TemplateResult | typeof nothing {
    const { link } = this.mark;
    return link.notice ? line(link.notice, ["✕", () => link.say(""), "close the message ✕"]) : nothing;
  }

  /** A better method that takes longer than the one that the viewer opened with. */
  private offer(): TemplateResult | typeof nothing {
    const { mark } = this;
    const { better } = mark;
    if (!better || !mark.hasKernel) {
      return nothing;
    }
    const { label } = mark.facts.methods[better.method];
    const long = `${label} takes about ${duration(better.seconds)} on this model`;
    const show = [`Show ${label}`, () => mark.choose({ method: better.method })] as const;
    const dismiss = ["✕", () => mark.dismissBetter(), `do not offer ${label}`] as const;
    if (better.state === "ready") {
      return line(`${label} is ready.`, show, dismiss);
    }
    return better.state === "computing" ? line(`${long}: computing …`, dismiss) : line(`${long}.`, show, dismiss);
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
    this.sizes.disconnect();
    super.remove();
  }

  private naming: MutationObserver | undefined;
  private readonly sizes = new ResizeObserver(() => this.keepHeight());
  /** Properties that determined the kept height. */
  private kept: string | undefined;
  /** Whether an update is pending. */
  private updating = false;
}

/** A note with buttons: the text of each, its action, and its accessible name if that differs from the text. */
const line = (text: string, ...buttons: (readonly [string, () => void, string?])[]): TemplateResult =>
  html`<div class="cam1d-toolbar cam1d-note"><span>${text}</span>${buttons.map(([name, act, title]) => button(name, title ?? name, act))}</div>`;

const OFFLINE = "Without its kernel the widget shows what was computed before; run the cell again for more.";

const term = (name: string, value: string, right: boolean | null = null): TemplateResult =>
  html`<span
    ><span class="cam1d-term">${name}</span><span class="cam1d-value">${value}</span>${right === null ? nothing : sign(right)}</span
  >`;

const sign = (right: boolean): TemplateResult =>
  html`<span class=${right ? "cam1d-right" : "cam1d-wrong"}>${right ? "✓ right" : "✗ wrong"}</span>`;
