import { html, nothing, type TemplateResult } from "lit-html";
import { ref } from "lit-html/directives/ref.js";
import { type ColorScale, colorScale } from "../core/draw/color.js";
import { fade, hatch, PADDING, UNSEEN } from "../core/draw/marks.js";
import type { Theme } from "../core/draw/theme.js";
import { TRUE } from "../core/draw/windows.js";
import { meanText } from "../core/picture/mean.js";
import { isDiverging } from "../core/picture/normalization.js";
import type { Options } from "../core/picture/options.js";
import { isPaged, type Page } from "../core/picture/page.js";
import { isSigned } from "../core/picture/picture.js";
import {
  classesText,
  colorBarTexts,
  colorLimitText,
  errorText,
  exactnessText,
  gapHint,
  gapText,
  mapName,
  PADDED,
} from "../core/text/describe.js";
import { elided } from "../core/text/elided.js";
import { MEANINGS, marksIn } from "../core/text/marks_text.js";
import { duration } from "../core/text/numbers.js";
import { intervalsText } from "../core/text/window_text.js";
import { canvas } from "../dom/canvas.js";
import { button } from "../dom/fields.js";
import { themeOf, watchTheme } from "../dom/page_theme.js";
import type { Shown } from "../mark/pictures.js";
import { PanelView } from "./panel.js";

/** No line break between a gesture and its effect. */
const HINT = "Ctrl + wheel: zoom · drag: pan · Shift + drag: window · double click: whole series · ?: keys".replace(
  /: /g,
  ":\u00a0",
);

/** Legend: above the plot, the meaning of the colors, exactness of the map; below it, which channels are shown, and the marks. */
export class LegendView extends PanelView {
  render(): void {
    this.el.classList.add("cam1d-legend");
    super.render();
    this.clock = setInterval(() => this.mark.slow !== null && this.refresh(), 1000);
    this.theme = watchTheme(() => this.refresh());
  }

  protected content(): TemplateResult {
    const theme = themeOf(this.el);
    const { shown, pinned } = this.mark;
    const blocks = pinned
      ? [this.block(shown, "Current", theme), this.block(pinned, "Pinned", theme)]
      : [this.block(shown, "", theme)];
    return html`
      <div class="cam1d-blocks">${blocks}</div>
      <div class="cam1d-keys">${this.rows()}${this.keys(theme)}<span class="cam1d-hint">${HINT}</span></div>
    `;
  }

  private block(shown: Shown, title: string, theme: Theme): TemplateResult {
    return html`<div class="cam1d-block">${this.bar(shown, theme)}${this.words(shown, title)}</div>`;
  }

  private bar({ picture, status, choice }: Shown, theme: Theme): TemplateResult {
    const { facts, optionsModel, hasKernel } = this.mark;
    const known = picture !== null && status === "ready" ? picture : null;
    const { sign } = optionsModel.current;
    const signed = isDiverging(isSigned(choice, facts), sign);
    const limits = known ? colorBarTexts(known) : ["", ""];
    const part = (signed && PARTS[sign]) || WHOLE;
    const there = status !== "missing" && status !== "error";
    const reach = signed && sign === "signed" ? "against / for" : sign === "negative" ? "against" : "for";
    return html`${
      there
        ? html`<span class="cam1d-bar"
        ><span>${limits[0]}</span>${colorBar(colorScale(signed, 1, theme.dark, !known), part)}<span>${limits[limits.length - 1]}</span></span
      >`
        : nothing
    }<span>${reach} <b>${elided(classesText(choice, facts), LENGTH, facts.class_names)}</b></span
      ><span class="cam1d-color-range">${known ? colorLimitText(known, facts, !hasKernel) : ""}</span>`;
  }

  private words({ picture, status, choice, message }: Shown, title: string): TemplateResult {
    const { facts } = this.mark;
    const { label, description, placed } = facts.methods[choice.method];
    const known = status === "ready" ? picture : null;
    const gap = known ? known.attribution.gap : null;
    const mean = choice.mean && known ? meanText(choice.mean, known.attribution, facts) : "";
    const name = html`<span class="cam1d-which">${title ? `${title}: ` : ""}</span
      ><span class="cam1d-method">${label}</span>`;
    if (status === "missing" || status === "error") {
      return html`<div class="cam1d-words">${name} · not available: ${message}</div>`;
    }
    if (status === "waiting" && this.mark.slow !== null) {
      return html`<div class="cam1d-words cam1d-computing cam1d-toolbar"
        ><span role="status">${name} · computing, about ${duration(this.mark.slow)} …</span
        ><progress max=${this.mark.slow} value=${this.mark.waited} aria-label="estimated progress"></progress
        ><span class="cam1d-description">${Math.floor(this.mark.waited)} s so far</span
        >${button("Cancel", `cancel ${mapName(choice, facts)}`, () => this.mark.cancelSlow())}</div
      >`;
    }
    const more = [description, mean].filter(Boolean);
    // A narrow viewer shows two lines of it.
    return html`<div class="cam1d-words cam1d-known" title=${more.join(" · ")}>${name}<span class="cam1d-exactness"
        > · ${exactnessText(choice, facts, gap)}<span class="cam1d-gap" title=${gapHint(placed)}>${gapText(gap, choice)}</span
        >${known ? errorText(known) : ""}</span
      ><span class="cam1d-description"> ${more.map((text) => ` · ${text}`)}</span
    ></div>`;
  }

  /** Which channels have a row, if not all do, and buttons for the others. */
  private rows(): TemplateResult | typeof nothing {
    const { picture, optionsModel } = this.mark;
    if (!picture) {
      return nothing;
    }
    const { page, series } = picture;
    const hidden = series.channels - page.of;
    const showAll = (): void => optionsModel.change({ hidden: [] });
    return html`
      ${isPaged(page) ? this.pager(page) : nothing}
      ${
        hidden > 0
          ? html`<span class="cam1d-hidden"
              >${button(`Show all ${series.channels} channels`, "Show all channels", showAll)}</span
            >`
          : nothing
      }
    `;
  }

  private pager(page: Page): TemplateResult {
    const turn = (by: 1 | -1): void => this.mark.turnRows(by);
    const { first, stop, of } = page;
    return html`<span class="cam1d-pager"
      >${button("▲", "previous channels", () => turn(-1), first === 0)}<span role="status"
        >channels ${first + 1}–${stop} of ${of}</span
      >${button("▼", "next channels", () => turn(1), stop === of)}</span
    >`;
  }

  /** Meaning of the marks in the plot. */
  private keys(theme: Theme): TemplateResult[] {
    const { choice, facts, picture, status, time } = this.mark;
    const marks = picture && marksIn(picture, facts, time.samples);
    const intervals = (choice.mean ? undefined : facts.intervals[choice.instance]) ?? [];
    const keys: [unknown, () => TemplateResult][] = [
      [marks?.hatched, () => key(MEANINGS.hatched, (ctx) => hatch(ctx, SPAN, ROW, theme, UNSEEN))],
      [time.isPadded, () => key(PADDED, (ctx) => hatch(ctx, SPAN, ROW, theme, PADDING))],
      [marks?.pale, () => key(MEANINGS.pale, (ctx) => sampleFade(ctx, theme))],
      [marks?.underlined, () => key(MEANINGS.underlined, (ctx) => sampleLine(ctx, theme))],
      [
        intervals.length > 0 && picture && status === "ready",
        () => key(intervalsText(intervals, picture!), sampleInterval),
      ],
      [marks?.original, () => key(MEANINGS.original, (ctx) => sampleOriginal(ctx, theme))],
      [marks?.bars, () => html`<span>${MEANINGS.bars}</span>`],
    ];
    return keys.filter(([there]) => there).map(([, made]) => made());
  }

  remove(): void {
    clearInterval(this.clock);
    this.theme?.disconnect();
    super.remove();
  }

  private clock: ReturnType<typeof setInterval> | undefined;
  private theme: MutationObserver | undefined;
}

/** Maximum length of the names of the explained classes. */
const LENGTH = 48;

const SPAN = { left: 0, right: 22 };
const ROW = { top: 0, height: 12 };

function sampleFade(ctx: CanvasRenderingContext2D, theme: Theme): void {
  ctx.fillStyle = colorScale(true, 1, theme.dark).colors[220];
  ctx.fillRect(0, 0, 22, 12);
  fade(ctx, { left: 11, right: 22 }, ROW, 11, theme);
}

function sampleLine(ctx: CanvasRenderingContext2D, theme: Theme): void {
  ctx.fillStyle = theme.ink;
  ctx.fillRect(0, 5, 22, 2);
}

function sampleOriginal(ctx: CanvasRenderingContext2D, theme: Theme): void {
  ctx.strokeStyle = theme.faint;
  ctx.setLineDash([4, 2]);
  ctx.beginPath();
  ctx.moveTo(0, 6);
  ctx.lineTo(SPAN.right, 6);
  ctx.stroke();
}

function sampleInterval(ctx: CanvasRenderingContext2D): void {
  ctx.fillStyle = TRUE;
  ctx.fillRect(0, 4, 22, 4);
}

const key = (text: string, draw: (ctx: CanvasRenderingContext2D) => void): TemplateResult =>
  html`<span>${canvas(SPAN.right, ROW.height, draw)}${text}</span>`;

const WHOLE: [number, number] = [0, 256];
/** Range of the color table for values of one sign. */
const PARTS: Partial<Record<Options["sign"], [number, number]>> = { positive: [128, 256], negative: [0, 128] };

const colorBar = (scale: ColorScale, [first, last]: [number, number]): TemplateResult =>
  html`<canvas width=${last - first} height="1" ${ref((bar) => bar && paintBar(bar as HTMLCanvasElement, scale, first))}></canvas>`;

function paintBar(bar: HTMLCanvasElement, { colors }: ColorScale, first: number): void {
  const context = bar.getContext("2d")!;
  colors.slice(first, first + bar.width).forEach((color, place) => {
    context.fillStyle = color;
    context.fillRect(place, 0, 1, 1);
  });
}
